package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"whorl"
	"whorl/osdb"
	"whorl/scan"
	"whorl/verdict"
)

// reloadEvery is the least time between two looks at the files of the databases.
const reloadEvery = 2 * time.Second

// reloader has the judges of databases that may change while they are used: what
// changes counts from the next host on, and what is bad changes nothing. Any number of
// goroutines may use it.
type reloader struct {
	config  osdb.Config
	how     verdict.Options
	now     func() time.Time
	people  io.Writer
	without func(print func()) // prints while no status line is shown

	set     osdb.Set                       // as read at the beginning
	first   func() *verdict.Judges         // of set
	current atomic.Pointer[verdict.Judges] // nil: those of first

	mu       sync.Mutex // of what follows
	asked    time.Time
	stamp    string
	problems []osdb.Problem // of the databases in use
}

// reloading is load for a command that runs on; passive adds p0f's file.
func (a *app) reloading(how verdict.Options, passive bool) (*reloader, error) {
	c := a.config()
	c.Passive = passive
	r := newReloader(c, how, a.people)
	return r, a.checkLoaded(r.set, a.mendable(c, r.problems))
}

// newReloader reads the databases and prepares their judges beside whatever else goes on.
func newReloader(c osdb.Config, how verdict.Options, people io.Writer) *reloader {
	r := &reloader{config: c, how: how, now: time.Now, people: people, without: func(print func()) { print() }}
	r.asked, r.stamp = time.Now(), c.Stamp() // before they are read, so that no change is missed
	r.set, r.problems = osdb.Load(c)
	r.first = preparing(func() *verdict.Judges { return verdict.NewJudges(r.set, how) })
	return r
}

// preparing computes a value beside whatever else goes on; the function it gives waits
// for it. A scan takes a second, and the tables of the judges half of one.
func preparing[T any](compute func() T) func() T {
	done := make(chan T, 1)
	go func() { done <- compute() }()
	return sync.OnceValue(func() T { return <-done })
}

// judges are those for the next host.
func (r *reloader) judges() *verdict.Judges {
	if r.mu.TryLock() { // while one reads files, others need not wait
		r.refresh()
		r.mu.Unlock()
	}
	if j := r.current.Load(); j != nil {
		return j
	}
	return r.first()
}

// refresh reads the databases anew if a file has changed.
func (r *reloader) refresh() {
	now := r.now()
	if now.Sub(r.asked) < reloadEvery {
		return
	}
	r.asked = now
	stamp := r.config.Stamp()
	if stamp == r.stamp {
		return
	}
	r.stamp = stamp
	set, problems := osdb.Load(r.config)
	if bad := r.unheard(problems); len(bad) > 0 {
		r.without(func() { r.tellKept(bad) })
		return
	}
	r.problems = problems
	r.current.Store(verdict.NewJudges(set, r.how))
	r.without(func() {
		fmt.Fprintf(r.people, "whorl: databases have changed; hosts are now judged by %s\n", strings.Join(describe(set), ", "))
	})
}

// unheard are problems that the databases in use do not have. Lines do not count, as
// they move when a record is added.
func (r *reloader) unheard(problems []osdb.Problem) (bad []osdb.Problem) {
	for _, p := range problems {
		if !slices.ContainsFunc(r.problems, func(q osdb.Problem) bool { return p.File == q.File && p.Text == q.Text }) {
			bad = append(bad, p)
		}
	}
	return bad
}

func (r *reloader) tellKept(bad []osdb.Problem) {
	fmt.Fprintf(r.people, "whorl: %v\n", bad[0])
	if more := len(bad) - 1; more > 0 {
		fmt.Fprintf(r.people, "whorl: %d more problems; see all with whorl db lint\n", more)
	}
	fmt.Fprint(r.people, "whorl: databases have changed and are not used as they are now; hosts are judged as before\n"+
		"try: correct the file; it is read again within seconds\n")
}

// judge makes a judge of the databases as they are when each host comes.
func (r *reloader) judge(of func(*verdict.Judges) scan.Judge) scan.Judge {
	return &reloadingJudge{from: r, make: of}
}

type reloadingJudge struct {
	from  *reloader
	make  func(*verdict.Judges) scan.Judge
	of    *verdict.Judges // that judge is made of
	judge scan.Judge
}

// Judge judges by the databases of this moment.
func (j *reloadingJudge) Judge(h *whorl.Host) {
	if of := j.from.judges(); of != j.of {
		j.of, j.judge = of, j.make(of)
	}
	j.judge.Judge(h)
}

// Undecided passes on what the judge says that has judged the host.
func (j *reloadingJudge) Undecided(h *whorl.Host) bool {
	u, ok := j.judge.(scan.Undecided)
	return ok && u.Undecided(h)
}
