package blob

import (
	"log/slog"
	"net"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

// Target says where blobs are kept. Printing and logging it shows no secret.
type Target struct {
	Folder string // for package files; "" when S3 is meant
	S3     S3
}

// S3 is a bucket of any S3 server.
type S3 struct {
	Endpoint string // host:port
	Bucket   string
	Prefix   string // before every key, or ""; ends in a slash
	Region   string // "us-east-1" when not given: set, so that nobody asks the server for it
	Key      string
	Secret   string
	TLS      bool
	Create   bool // make the bucket when it is not there
}

// ParseURL reads --media: the path of a folder, or s3://key:secret@host:port/bucket[/prefix]?region=…&tls=false&create=true.
// Key and secret are percent-encoded; TLS is on unless refused. Its faults never repeat what was given.
func ParseURL(s string) (Target, error) {
	rest, isS3 := strings.CutPrefix(s, "s3://")
	if !isS3 {
		if s == "" || strings.Contains(s, "://") || strings.ContainsRune(s, 0) {
			return Target{}, fault.New(fault.Invalid, "文件存储地址应是一个目录，或形如 s3://密钥:口令@主机:端口/桶?region=区域。")
		}
		return Target{Folder: filepath.Clean(s)}, nil
	}
	bad := func(what string) (Target, error) {
		return Target{}, fault.New(fault.Invalid, "文件存储地址中%s，应形如 s3://密钥:口令@主机:端口/桶?region=区域。", what)
	}
	u, err := url.Parse("s3://" + rest) // its error repeats the address with the secret: never wrapped
	if err != nil {
		return bad("有不能识别的字符（口令中的特殊字符要写成 %XX）")
	}
	t := Target{S3: S3{Endpoint: u.Host, Region: "us-east-1", TLS: true}}
	secret, given := u.User.Password()
	t.S3.Key, t.S3.Secret = u.User.Username(), secret
	bucket, prefix, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	t.S3.Bucket = bucket
	if prefix != "" {
		t.S3.Prefix = prefix + "/"
	}
	switch {
	case u.Hostname() == "" || u.Fragment != "":
		return bad("没有主机")
	case !given || t.S3.Key == "" || secret == "":
		return bad("没有密钥或口令")
	case len(bucket) < 3 || len(bucket) > 63 || strings.Trim(bucket, "abcdefghijklmnopqrstuvwxyz0123456789.-") != "":
		return bad("没有桶名，或桶名不是 3 至 63 个小写字母、数字")
	case prefix != "" && CheckKey(prefix) != nil:
		return bad("的前缀不对")
	}
	if _, port, err := net.SplitHostPort(u.Host); err == nil && port == "" {
		return bad("的端口是空的")
	}
	for name, values := range u.Query() {
		value := values[len(values)-1]
		switch {
		case name == "region" && value != "":
			t.S3.Region = value
		case name == "tls" && (value == "true" || value == "false"):
			t.S3.TLS = value == "true"
		case name == "create" && (value == "true" || value == "false"):
			t.S3.Create = value == "true"
		default:
			return bad("有不能识别的参数或参数值（可用 region、tls=true|false、create=true|false）")
		}
	}
	return t, nil
}

// String names the target without its key and secret.
func (t Target) String() string {
	if t.Folder != "" {
		return t.Folder
	}
	return t.S3.String()
}

// GoString is String, so that %#v shows no secret either.
func (t Target) GoString() string { return t.String() }

// LogValue is String, for slog.
func (t Target) LogValue() slog.Value { return slog.StringValue(t.String()) }

// String names the bucket without key and secret.
func (s S3) String() string { return "s3://" + s.Endpoint + "/" + s.Bucket + "/" + s.Prefix }

// GoString is String, so that %#v shows no secret either.
func (s S3) GoString() string { return s.String() }

// LogValue is String, for slog.
func (s S3) LogValue() slog.Value { return slog.StringValue(s.String()) }
