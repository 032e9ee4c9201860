package whorl_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// room is a package, or all packages under one, and what it may import of this
// module. A room is pure unless it is said to be otherwise: it imports nothing but
// that and the standard library, and has no goroutine, lock, clock, log or variable
// that changes.
type room struct {
	name    string // path below the module; x/* is every package below x; the first that fits counts
	imports string // rooms, separated by spaces
	kind    kind
}

type kind uint8

const (
	pure   kind = iota
	driver      // has goroutines and clocks, imports no other module
	edge        // where other modules come in
)

// floors are the rooms from the ground up, as in the table of the design.
var floors = []room{
	{".", "", pure},
	{"packet", "", pure},
	{"data", "", pure},

	{"method/expr", "", pure},
	{"method", ". packet", pure},
	{"method/ipv6", ". packet method method/expr method/gen2", pure},
	{"method/survey", ". packet method method/gen2", pure},
	{"method/*", ". packet method method/expr", pure},
	{"link", "packet", edge},
	{"link/*", "packet link", edge},
	{"report", ".", pure},
	{"plot", ". report", pure},

	{"osdb", ". packet method method/*", pure},

	{"verdict", ". packet method method/* osdb data", pure},
	{"persona", ". packet method method/* link osdb", pure},
	{"harden", ". method method/gen2", pure},

	{"scan/sweep", "packet method method/seek link", driver},
	{"scan", ". packet method method/* link link/* osdb verdict persona scan/sweep", driver},
	{"listen", ". packet method method/* link link/* osdb verdict persona", driver},
	{"decoy", ". packet method method/* link link/* osdb verdict persona", driver},
	{"watch", ". packet method method/* link link/*", driver},

	{"cmd/*", "* data method/* link/* scan/*", edge},
	{"lab/*", "* data method/* link/* lab/*", edge}, // tools for the referee; nobody builds on them
}

// listed is what "go list" tells of a package.
type listed struct {
	ImportPath, Dir         string
	Module                  struct{ Path string }
	GoFiles, IgnoredGoFiles []string
	Imports                 []string
}

// Every package stands on its floor.
func TestFloors(t *testing.T) {
	for _, p := range packages(t) {
		name := below(p, p.ImportPath)
		r, ok := roomOf(name)
		if !ok {
			t.Errorf("%s: has no floor; give it one in floors_test.go and in the design", name)
			continue
		}
		for _, imp := range p.Imports {
			switch {
			case imp == p.Module.Path || strings.HasPrefix(imp, p.Module.Path+"/"):
				if target := below(p, imp); !r.mayImport(target) {
					t.Errorf("%s: imports %s, which is not below it", name, target)
				}
			case strings.Contains(strings.Split(imp, "/")[0], ".") && r.kind != edge:
				t.Errorf("%s: imports %s; other modules come in only at the edges", name, imp)
			}
		}
		if r.kind == pure {
			checkPure(t, name, p)
		}
	}
}

// A rule that nothing can break would be no rule.
func TestFloorsRefuse(t *testing.T) {
	tests := []struct {
		from, to string
		may      bool
	}{
		{"packet", ".", false}, {"method/gen2", "method/seek", false}, {"method/ipv6", "method/gen2", true},
		{"link/sim", "persona", false}, {"link", "link/sim", false}, {"osdb", "verdict", false}, {"osdb", "method/syn", true},
		{"report", "osdb", false}, {"persona", "link/afpacket", false}, {"scan", "report", false},
		{"cmd/whorl", "link/sim", true}, {"cmd/whorl", "lab/target", false},
		{"plot", "report", true}, {"plot", "method/backoff", false}, {"report", "plot", false},
	}
	for _, tt := range tests {
		if r, ok := roomOf(tt.from); !ok || r.mayImport(tt.to) != tt.may {
			t.Errorf("%s may import %s: %v, want %v", tt.from, tt.to, !tt.may, tt.may)
		}
	}
}

func TestImpurities(t *testing.T) {
	tests := []struct {
		files []string
		want  []string
	}{
		{[]string{`package p; import ("fmt"; "math/rand/v2"; "sync"; clock "time")
			var mu sync.Mutex
			func f() { go f(); fmt.Println(clock.Now(), rand.Int()) }`},
			[]string{"calls fmt.Println", "calls math/rand/v2.Int", "calls time.Now", "imports sync", "starts a goroutine"}},
		{[]string{"package p; var n int; var m = map[int]int{}; var s struct{ x int }", "package p; func f() { n++; n = 1; m[0] = 1; s.x, _ = 2, 3 }"},
			[]string{"changes the package variable m", "changes the package variable n", "changes the package variable n", "changes the package variable s"}},
		{[]string{`package p; import "time"; var n int; var m = map[int]int{1: 2}
			func f(n int) (m map[int]int) { n++; m[1] = time.Unix(1, 0).Nanosecond(); return m }`}, nil},
	}
	for _, tt := range tests {
		fset := token.NewFileSet()
		var files []*ast.File
		for _, text := range tt.files {
			f, err := parser.ParseFile(fset, "", text, 0)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
		}
		got := slices.Sorted(maps.Values(impurities(fset, files)))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.files, diff)
		}
	}
}

func packages(t *testing.T) (out []listed) {
	t.Helper()
	list, err := exec.Command("go", "list", "-json=ImportPath,Dir,Module,GoFiles,IgnoredGoFiles,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for d := json.NewDecoder(strings.NewReader(string(list))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
	if len(out) < 5 {
		t.Fatalf("go list gives %d packages", len(out))
	}
	return out
}

// below is an import path as floors names it.
func below(p listed, importPath string) string {
	if importPath == p.Module.Path {
		return "."
	}
	return strings.TrimPrefix(importPath, p.Module.Path+"/")
}

func roomOf(name string) (room, bool) {
	i := slices.IndexFunc(floors, func(r room) bool { return fits(r.name, name) })
	if i < 0 {
		return room{}, false
	}
	return floors[i], true
}

func (r room) mayImport(name string) bool {
	return slices.ContainsFunc(strings.Fields(r.imports), func(pattern string) bool { return fits(pattern, name) })
}

func fits(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return err == nil && ok
}

func checkPure(t *testing.T, name string, p listed) {
	t.Helper()
	fset := token.NewFileSet()
	var files []*ast.File
	for _, f := range append(p.GoFiles, p.IgnoredGoFiles...) {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(fset, filepath.Join(p.Dir, f), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, parsed)
	}
	for pos, what := range impurities(fset, files) {
		at := fset.Position(pos)
		t.Errorf("%s/%s:%d: %s", name, filepath.Base(at.Filename), at.Line, what)
	}
}

var impureImports = []string{"sync", "sync/atomic", "log", "log/slog", "net", "os/signal", "os/exec", "crypto/rand", "math/rand"}

// impureCalls are functions by the path of their package. Those of rand draw from
// a source that nobody can choose.
var impureCalls = map[string]string{
	"time":         "Now Since Until Sleep After AfterFunc Tick NewTimer NewTicker",
	"fmt":          "Print Printf Println",
	"os":           "Exit",
	"math/rand/v2": "Int IntN Int32 Int32N Int64 Int64N Uint32 Uint32N Uint64 Uint64N UintN N Float32 Float64 NormFloat64 ExpFloat64 Perm Shuffle",
}

// impurities is what files of one package have and a pure room must not, by place.
// What the package imports is not looked at.
func impurities(fset *token.FileSet, files []*ast.File) map[token.Pos]string {
	found := map[token.Pos]string{}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: hollow{}, Error: func(error) {}} // much is missing, and files for other systems repeat names
	config.Check("p", fset, files, info)
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec:
				if name := strings.Trim(n.Path.Value, `"`); slices.Contains(impureImports, name) {
					found[n.Pos()] = "imports " + name
				}
			case *ast.GoStmt:
				found[n.Pos()] = "starts a goroutine"
			case *ast.SelectorExpr:
				if p := packageOf(info, n.X); slices.Contains(strings.Fields(impureCalls[p]), n.Sel.Name) {
					found[n.Pos()] = "calls " + p + "." + n.Sel.Name
				}
			case *ast.IncDecStmt:
				noteChange(found, info, n.X)
			case *ast.AssignStmt:
				for _, e := range n.Lhs {
					noteChange(found, info, e)
				}
			}
			return true
		})
	}
	return found
}

// hollow imports packages of which only the name is known.
type hollow struct{}

var majorVersion = regexp.MustCompile(`/v[0-9]+$`)

func (hollow) Import(importPath string) (*types.Package, error) {
	p := types.NewPackage(importPath, path.Base(majorVersion.ReplaceAllString(importPath, "")))
	p.MarkComplete()
	return p, nil
}

// packageOf is the path of the package that an expression names, if it names one.
func packageOf(info *types.Info, e ast.Expr) string {
	if id, ok := e.(*ast.Ident); ok {
		if p, ok := info.Uses[id].(*types.PkgName); ok {
			return p.Imported().Path()
		}
	}
	return ""
}

// noteChange notes an assignment to a package variable, to an element or a field of
// one.
func noteChange(found map[token.Pos]string, info *types.Info, e ast.Expr) {
	for {
		switch x := e.(type) {
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.Ident:
			if v, ok := info.Uses[x].(*types.Var); ok && v.Pkg() != nil && v.Parent() == v.Pkg().Scope() {
				found[x.Pos()] = "changes the package variable " + x.Name
			}
			return
		default:
			return
		}
	}
}
