package demo

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"time"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/tenants/media"
)

// films are what is seen and heard in the demonstration; the files are in content/media, with how they were made.
var films = map[string]media.Made{
	"lift":    {Name: "老旧小区加装电梯一分钟看懂（演示）.mp4", Length: 12 * time.Second, Video: "h264", Audio: "aac"},
	"elderly": {Name: "基本养老服务听一听（演示）.m4a", Length: 5 * time.Second, Audio: "aac"},
}

// drawn are its pictures, with what is to be seen in them.
var drawn = map[string]struct{ name, alt string }{
	"sewage": {"城镇污水处理提质增效一张图（演示）.png", "演示图解。三个数：建制镇设施稳定运行率九成以上，三年内老城区基本完成雨污分流，按月公开进出水主要指标。四件事：摸清底数，改造管段，按效付费，在线监测。"},
}

// hang puts what a piece shows into the library of its site, and answers what stands for it in the text.
func (c *crew) hang(ctx context.Context, r Rooms, name string) (markup string, err error) {
	if p, ok := drawn[name]; ok {
		raw, err := content.ReadFile("content/media/" + name + path.Ext(p.name))
		if err != nil {
			return "", err
		}
		return r.Media.Shelve(ctx, c.site, p.name, p.alt, raw)
	}
	f, ok := films[name]
	switch {
	case name == "":
		return "", nil
	case !ok:
		return "", fault.New(fault.NotFound, "演示没有影像“%s”。", name)
	}
	if f.Raw, err = content.ReadFile("content/media/" + name + path.Ext(f.Name)); err != nil {
		return "", err
	}
	f.Poster, f.Captions, f.Text = beside(name+".jpg"), string(beside(name+".vtt")), string(beside(name+".txt"))
	i, err := r.Media.TakeMade(ctx, c.site, f)
	if err != nil {
		return "", fmt.Errorf("take %s: %w", name, err)
	}
	return i.Markup(""), nil
}

// beside is a file that a film may have, or nothing.
func beside(name string) []byte {
	raw, _ := fs.ReadFile(content, "content/media/"+name) // its captions, or its transcript: one of them is there, or TakeMade says so
	return raw
}
