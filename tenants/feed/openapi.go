package feed

import (
	"reflect"
	"strings"

	"github.com/zhanqun/zhanqun/platform/render"
)

// describe is openapi.json of a site.
func describe(s *render.Site) map[string]any {
	defs := map[string]any{}
	problem := map[string]any{"description": "没有成功；detail 是一句话说明", "content": map[string]any{
		"application/problem+json": map[string]any{"schema": schemaOf(reflect.TypeFor[ProblemAnswer](), defs)}}}
	paths := map[string]any{}
	for _, d := range doors() {
		schema := map[string]any{"type": "object", "required": []string{"openapi", "info", "servers", "paths", "components"}}
		if d.answer != nil {
			schema = schemaOf(d.answer, defs)
		}
		path, params := d.described()
		get := map[string]any{"operationId": d.id, "summary": d.say, "responses": map[string]any{
			"200": map[string]any{"description": d.say, "content": map[string]any{jsonType: map[string]any{"schema": schema}}}, "default": problem}}
		if len(params) > 0 {
			get["parameters"] = params
		}
		paths[path] = map[string]any{"get": get}
	}
	return map[string]any{"openapi": "3.1.0",
		"info":    map[string]any{"title": marked(s, s.Name) + " 数据接口", "version": "1", "description": "只读，只含已发布的内容；编号是文本。"},
		"servers": []any{map[string]any{"url": s.URL(dataRoot)}}, "paths": paths, "components": map[string]any{"schemas": defs}}
}

// described is the door's path as OpenAPI spells it, and its parameters.
func (d *door) described() (path string, params []any) {
	parts := strings.Split(d.path, "/")
	for i, p := range parts {
		if name, is := strings.CutPrefix(p, ":"); is {
			parts[i] = "{" + name + "}"
			params = append(params, map[string]any{"name": name, "in": "path", "required": true, "description": "编号", "schema": map[string]any{"type": "string"}})
		}
	}
	for _, p := range d.query {
		params = append(params, map[string]any{"name": p.name, "in": "query", "description": p.say, "schema": p.schema})
	}
	return strings.Join(parts, "/"), params
}

// schemaOf is the JSON Schema of a type of this room: texts, numbers, truths, lists and structs, which stand once in defs under their names.
// What else there is has no form here, and the test of the table panics with its name.
func schemaOf(t reflect.Type, defs map[string]any) map[string]any {
	switch t.Kind() {
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Int64:
		return map[string]any{"type": "integer"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Pointer:
		return schemaOf(t.Elem(), defs)
	case reflect.Slice:
		return map[string]any{"type": "array", "items": schemaOf(t.Elem(), defs)}
	case reflect.Struct:
		return structSchema(t, defs)
	}
	panic("feed: no schema for " + t.String())
}

func structSchema(t reflect.Type, defs map[string]any) map[string]any {
	name := strings.TrimSuffix(t.Name(), "Answer")
	if _, known := defs[name]; !known {
		fields, required := map[string]any{}, []string{}
		for i := range t.NumField() {
			f := t.Field(i)
			key, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			schema := schemaOf(f.Type, defs)
			if say := f.Tag.Get("doc"); say != "" {
				schema["description"] = say
			}
			if format := f.Tag.Get("format"); format != "" {
				schema["format"] = format
			}
			if fields[key] = schema; options != "omitempty" {
				required = append(required, key)
			}
		}
		defs[name] = map[string]any{"type": "object", "properties": fields, "required": required, "additionalProperties": false}
	}
	return map[string]any{"$ref": "#/components/schemas/" + name}
}
