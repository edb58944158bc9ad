package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
)

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // nothing was done, or not all of it; a sentence on stderr says why
	exitPartly = 2 // done, except for the rows that were reported
)

// errPartly ends a command with exitPartly; its report is written already.
var errPartly = errors.New("some rows were not taken over")

// commands is what the program can be told.
type commands struct {
	Config
	Lang string `name:"lang" env:"ZHANQUN_LANG" placeholder:"zh|en" help:"${lang}"`
	JSON bool   `name:"json" help:"${json}"`

	Serve serveCommand `cmd:"" help:"${serve}"`
	Site  struct {
		Create siteCreate `cmd:"" help:"${site_create}"`
		List   siteList   `cmd:"" help:"${site_list}"`
		Show   siteShow   `cmd:"" help:"${site_show}"`
		Import siteImport `cmd:"" help:"${site_import}"`
		Domain struct {
			Add     domainAdd     `cmd:"" help:"${domain_add}"`
			Verify  domainVerify  `cmd:"" help:"${domain_verify}"`
			Primary domainPrimary `cmd:"" help:"${domain_primary}"`
			Remove  domainRemove  `cmd:"" help:"${domain_remove}"`
		} `cmd:"" help:"${site_domain}"`
		Apply   siteApply   `cmd:"" help:"${site_apply}"`
		Approve siteApprove `cmd:"" help:"${site_approve}"`
		Refuse  siteRefuse  `cmd:"" help:"${site_refuse}"`
		Open    siteOpen    `cmd:"" help:"${site_open}"`
		Launch  siteLaunch  `cmd:"" help:"${site_launch}"`
		Suspend siteSuspend `cmd:"" help:"${site_suspend}"`
		Resume  siteResume  `cmd:"" help:"${site_resume}"`
		Close   siteClose   `cmd:"" help:"${site_close}"`
		Recheck struct {
			List    recheckList    `cmd:"" help:"${recheck_list}"`
			Open    recheckOpen    `cmd:"" help:"${recheck_open}"`
			Confirm recheckConfirm `cmd:"" help:"${recheck_confirm}"`
			Accept  recheckAccept  `cmd:"" help:"${recheck_accept}"`
			Return  recheckReturn  `cmd:"" help:"${recheck_return}"`
		} `cmd:"" help:"${site_recheck}"`
	} `cmd:"" help:"${site}"`
	Org struct {
		Import orgImport `cmd:"" help:"${org_import}"`
	} `cmd:"" help:"${org}"`
	Admin struct {
		Allow     adminAllow     `cmd:"" help:"${admin_allow}"`
		Create    adminCreate    `cmd:"" help:"${admin_create}"`
		Password  adminPassword  `cmd:"" help:"${admin_password}"`
		Factor    adminFactor    `cmd:"" help:"${admin_factor}"`
		Reset     adminReset     `cmd:"" help:"${admin_reset}"`
		SetupCode adminSetupCode `cmd:"" name:"setup-code" help:"${admin_setup_code}"`
		Sessions  adminSessions  `cmd:"" help:"${admin_sessions}"`
	} `cmd:"" help:"${admin}"`
	Import struct {
		Documents importDocuments `cmd:"" help:"${import_documents}"`
	} `cmd:"" help:"${import}"`
	Wordpack struct {
		Import wordpackImport `cmd:"" help:"${wordpack_import}"`
		List   wordpackList   `cmd:"" help:"${wordpack_list}"`
		Remove wordpackRemove `cmd:"" help:"${wordpack_remove}"`
	} `cmd:"" help:"${wordpack}"`
	Calendar struct {
		Import calendarImport `cmd:"" help:"${calendar_import}"`
		List   calendarList   `cmd:"" help:"${calendar_list}"`
		Show   calendarShow   `cmd:"" help:"${calendar_show}"`
	} `cmd:"" help:"${calendar}"`
	Audit struct {
		Verify auditVerify `cmd:"" help:"${audit_verify}"`
		Export auditExport `cmd:"" help:"${audit_export}"`
	} `cmd:"" help:"${audit}"`
	Theme struct {
		Check themeCheck `cmd:"" help:"${theme_check}"`
	} `cmd:"" help:"${theme}"`
	Preview  previewCommand  `cmd:"" help:"${preview}"`
	Check    checkCommand    `cmd:"" help:"${check}"`
	Takedown takedownCommand `cmd:"" help:"${takedown}"`
	Backup   backupCommand   `cmd:"" help:"${backup}"`
	Verify   verifyCommand   `cmd:"" help:"${verify}"`
	Restore  restoreCommand  `cmd:"" help:"${restore}"`
	Fsck     fsckCommand     `cmd:"" help:"${fsck}"`
	Doctor   doctorCommand   `cmd:"" help:"${doctor}"`
	Settings struct {
		Print configPrint `cmd:"" help:"${config_print}"`
	} `cmd:"" name:"config" help:"${config}"`
	Health  healthCommand  `cmd:"" help:"${health}"`
	Version versionCommand `cmd:"" help:"${version}"`
}

// session is one run of the program.
type session struct {
	ctx      context.Context
	in       io.Reader
	out, err io.Writer
	words    language
	cfg      Config
	json     bool
	clock    kernel.Clock
}

// Main runs the program and returns its exit code. It never panics on input and writes one sentence to stderr when it fails.
func Main(ctx context.Context, args []string, in io.Reader, out, errw io.Writer) int {
	words := spoken(args, os.Getenv)
	s := &session{ctx: ctx, in: in, out: out, err: errw, words: words, clock: kernel.SystemClock}
	code, err := s.run(args)
	if err != nil && !errors.Is(err, errPartly) {
		fmt.Fprintln(errw, s.sentence(err))
	}
	return code
}

// errHelp ends parsing after help was printed.
var errHelp = errors.New("help")

func (s *session) run(args []string) (code int, err error) {
	var c commands
	parser, err := kong.New(&c, kong.Name("zhanqun"), kong.Description(s.words.say("zhanqun")), s.words.vars(),
		kong.Writers(s.out, s.err), kong.Help(s.help), kong.Exit(func(int) { panic(errHelp) }))
	if err != nil {
		return exitFailed, fmt.Errorf("build the command line: %w", err)
	}
	defer func() { // kong leaves after printing help by calling Exit
		if p := recover(); p != nil {
			if p != any(errHelp) {
				panic(p)
			}
			code, err = exitOK, nil
		}
	}()
	if len(args) == 0 {
		args = []string{"--help"}
	}
	k, err := parser.Parse(args)
	if err != nil {
		return exitFailed, fault.Because(err, fault.Invalid, "%s", s.words.parseError(err))
	}
	if c.Lang != "" {
		s.words = tongue(c.Lang)
	}
	s.json = c.JSON
	if k.Command() != "serve" {
		c.Config = c.Config.asServed()
	}
	if s.cfg, err = c.Config.Resolve(); err != nil {
		return exitFailed, err
	}
	switch err := k.Run(s); {
	case err == nil:
		return exitOK, nil
	case errors.Is(err, errPartly):
		return exitPartly, err
	default:
		return exitFailed, err
	}
}

// sentence is an error as the terminal shows it: one line. The operator may read what the server keeps from citizens.
func (s *session) sentence(err error) string {
	text := fault.Say(err)
	switch {
	case errors.Is(err, context.Canceled):
		text = s.words.say("interrupted")
	case fault.KindOf(err) == "":
		text = s.words.say("internal") + err.Error()
	}
	return strings.Join(strings.Fields(text), " ")
}

// print writes v as JSON under --json, otherwise what plain writes.
func (s *session) print(v any, plain func(w io.Writer)) error {
	if !s.json {
		plain(s.out)
		return nil
	}
	e := json.NewEncoder(s.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// house opens the rooms for one command that acts as the server's command line. Fresh lets it make a new data folder;
// otherwise a folder that is not there is named as the mistake it probably is.
func (s *session) house(fresh bool) (*House, error) {
	if !fresh && !s.cfg.Postgres() {
		if _, err := os.Stat(s.cfg.Database); err != nil {
			return nil, fault.New(fault.NotFound, "这里没有数据库（%s）。请用 --data 指明数据目录，或者先运行 zhanqun serve。", s.cfg.Database)
		}
	}
	h, err := openHouse(s.ctx, s.cfg, s.clock, kernel.NewIDs(s.clock), true)
	if err != nil {
		return nil, err
	}
	s.ctx = kernel.WithActor(s.ctx, identity.System("cli"))
	return h, nil
}

// file opens what a command reads: a path, or "-" for standard input.
func (s *session) file(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(s.in), nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fault.Because(err, fault.NotFound, "打不开文件 %s，请检查路径和权限。", name)
	}
	if i, err := f.Stat(); err != nil || i.IsDir() {
		f.Close()
		return nil, fault.New(fault.Invalid, "%s 不是文件。", name)
	}
	return f, nil
}

type configPrint struct{}

func (configPrint) Run(s *session) error {
	shown := s.cfg.shown()
	values := map[string]string{}
	for _, kv := range shown {
		values[kv[0]] = kv[1]
	}
	return s.print(values, func(w io.Writer) {
		for _, kv := range shown {
			fmt.Fprintf(w, "%-16s %s\n", kv[0], kv[1])
		}
		abs, err := filepath.Abs(s.cfg.Data)
		if err == nil {
			fmt.Fprintf(w, "%s %s\n", s.words.say("data_is"), abs)
		}
	})
}

type versionCommand struct{}

// Release is the version in CHANGELOG.md that this tree is on the way to.
const Release = "0.1.0"

func (versionCommand) Run(s *session) error {
	v := map[string]string{"version": Release}
	if b, ok := debug.ReadBuildInfo(); ok {
		v["go"] = b.GoVersion
		for _, kv := range b.Settings {
			switch kv.Key {
			case "vcs.revision", "vcs.time", "vcs.modified", "CGO_ENABLED":
				v[strings.ToLower(strings.TrimPrefix(kv.Key, "vcs."))] = kv.Value
			}
		}
	}
	return s.print(v, func(w io.Writer) {
		fmt.Fprintf(w, "zhanqun %s", v["version"])
		if r := v["revision"]; r != "" {
			fmt.Fprintf(w, " (%.12s)", r)
		}
		fmt.Fprintf(w, " %s\n", v["go"])
	})
}
