package media

import (
	"encoding/base64"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel/proof"
)

var headers = []string{"filename 5ryU57uDLm1wNA==,alt 5rmf", "filename", "filename !!!", ", ,", "a b c", "alt 5rmf, filename AA==", "filename  QQ==", "", "filename gICA,is_confidential"}

// B13: whatever stands in the header of an upload's words, what is read of it can be kept and said again.
func FuzzUploadMetadata(f *testing.F) {
	for _, h := range headers {
		f.Add(h)
	}
	f.Fuzz(func(t *testing.T, header string) { readable(t, header) })
}

func TestMutantUploadMetadata(t *testing.T) {
	for raw := range proof.Mutants(20_000, headers...) {
		readable(t, string(raw))
	}
}

func readable(t *testing.T, header string) {
	said := metadata(header)
	a := &Arrival{Name: plain(said["filename"]), Alt: plain(said["alt"])}
	if !utf8.ValidString(a.Name) || strings.ContainsAny(a.Name, "\x00\r\n") || utf8.RuneCountInString(a.Name) > 200 {
		t.Errorf("%q gives the name %q", header, a.Name)
	}
	if again := metadata(asMetadata(a)); again["filename"] != a.Name || again["alt"] != a.Alt {
		t.Errorf("%q becomes %q", header, again)
	}
}

func TestUploadMetadata(t *testing.T) {
	word := base64.StdEncoding.EncodeToString
	said := metadata("filename " + word([]byte("演练.mp4")) + ", alt " + word([]byte("队员")) + ",flag,bad !")
	if said["filename"] != "演练.mp4" || said["alt"] != "队员" || said["bad"] != "" {
		t.Errorf("read %q", said)
	}
	long := strings.Repeat("长", 300) + ".mp4"
	if got := plain(long); !strings.HasSuffix(got, "长.mp4") || utf8.RuneCountInString(got) != 200 {
		t.Errorf("a long name is %q", got)
	}
}
