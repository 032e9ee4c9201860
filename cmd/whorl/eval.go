package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"whorl/osdb"
	"whorl/verdict"
)

type evalOptions struct {
	hosts     int
	seed      uint64
	held      bool
	json      bool
	threshold float64
	prints    string
}

func (a *app) dbEvalCommand() *cobra.Command {
	o := &evalOptions{}
	c := &cobra.Command{
		Use: "eval", Short: "Measure how often the rules are right", Args: cobra.NoArgs,
		Long: `Measure how often the rules are right.

Every reference of the databases in turn plays a host, in five scenarios, and
only the others may name it. Printed are the shares of first answers whose
family and generation are right, by Nmap's points and by our likelihood, and how
honest our probabilities are: ECE is the expected calibration error, 0 for
perfect honesty.

With --prints, labelled fingerprints of real hosts are judged instead: a table
with the columns family, detail and print (tab-separated, one head line).`,
		Example: "  whorl db eval --hosts 1000\n  whorl db eval --prints prints.tsv",
		RunE:    func(*cobra.Command, []string) error { return a.dbEval(o) },
	}
	f := c.Flags()
	f.IntVar(&o.hosts, "hosts", 0, "play `N` hosts in a scenario; 0 is every reference")
	f.Uint64Var(&o.seed, "seed", 1, "seed `N` of everything random")
	f.BoolVar(&o.held, "held-out", false, "only the references that db train leaves out")
	f.Float64Var(&o.threshold, "confidence", 0.8, "least probability `P` of an answer")
	f.BoolVar(&o.json, "json", false, "print JSON")
	f.StringVar(&o.prints, "prints", "", "judge the labelled fingerprints in `FILE`")
	return c
}

func (a *app) dbEval(o *evalOptions) error {
	set, err := a.load()
	if err != nil {
		return err
	}
	if o.prints != "" {
		return a.evalPrints(set, o)
	}
	e := verdict.EvalOptions{Seed: o.seed, Hosts: o.hosts, Threshold: o.threshold}
	judged := notOurs(set)
	if o.held {
		e.Only = heldOut(verdict.NewReferences(judged))
	}
	results := verdict.Evaluate(judged, verdict.Embedded(), e)
	if o.json {
		return json.NewEncoder(a.out).Encode(results)
	}
	b := &bytes.Buffer{}
	w := tabwriter.NewWriter(b, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "scenario\thosts\tfamily: points\tours\tgeneration: points\tours\tanswered\twrong of these\tECE\t")
	for _, r := range results {
		fmt.Fprintf(w, "%s\t%d\t%.1f %%\t%.1f %%\t%.1f %%\t%.1f %%\t%.1f %%\t%.1f %%\t%.3f\t\n", r.Scenario, r.Hosts,
			100*r.Nmap.Family, 100*r.Own.Family, 100*r.Nmap.Generation, 100*r.Own.Generation, 100*r.Answered, 100*r.Wrong, r.ECE)
	}
	w.Flush()
	if a.verbose > 0 {
		for _, r := range results {
			fmt.Fprintf(b, "\n%s: probability said, share right, hosts\n", r.Scenario)
			for _, bin := range r.Bins {
				fmt.Fprintf(b, "  %.2f  %.2f  %d\n", bin.Said, bin.Right, bin.Hosts)
			}
		}
	}
	_, err = a.out.Write(b.Bytes())
	return err
}

// heldOut tells the references that do not take part in training, so that they can
// judge it: a fifth, by the line that they stand on in their file, as that does not
// depend on which databases are loaded.
func heldOut(r *verdict.References) func(entry int) bool {
	return func(entry int) bool { return r.Entries[entry].Source.Line%5 == 0 }
}

// notOurs are the databases that are not ours, or all if there are no others: a few
// wide records of ours would name themselves only.
func notOurs(set osdb.Set) (out osdb.Set) {
	for _, d := range set {
		if !d.Own() {
			out = append(out, d)
		}
	}
	if out == nil {
		return set
	}
	return out
}

func (a *app) dbTrainCommand() *cobra.Command {
	var rounds, batch int
	var seed uint64
	c := &cobra.Command{
		Use: "train FILE", Short: "Learn from the databases how much each feature counts", Args: cobra.ExactArgs(1),
		Long: `Learn from the databases how much each feature counts, and write that to a file.

Every reference plays a host in random scenarios and is to be named by the
others; every fifth is left out, to judge the result with whorl db eval
--held-out. The file of the embedded model is data/model.txt in the source. With
24 rounds this takes some minutes.`,
		RunE: func(_ *cobra.Command, args []string) error { return a.dbTrain(args[0], rounds, batch, seed) },
	}
	c.Flags().IntVar(&rounds, "rounds", 24, "learn in `N` rounds")
	c.Flags().IntVar(&batch, "batch", 1500, "play `N` hosts in a round")
	c.Flags().Uint64Var(&seed, "seed", 1, "seed `N` of everything random")
	return c
}

func (a *app) dbTrain(file string, rounds, batch int, seed uint64) error {
	if rounds < 1 || batch < 1 {
		return usage(errors.New("rounds and batch have to be at least 1"), "the defaults")
	}
	set, err := a.load()
	if err != nil {
		return err
	}
	m, refs := verdict.NewModel(), verdict.NewReferences(set)
	verdict.Train(refs, m, verdict.TrainOptions{Seed: seed, Rounds: rounds, Batch: batch, Hold: heldOut(refs),
		Report: func(round int, loss float64) {
			fmt.Fprintf(a.people, "round %d of %d: loss %.3f\n", round+1, rounds, loss)
		}})
	if err := os.WriteFile(file, m.AppendTo(nil), 0o644); err != nil {
		return partial(err, "a file in a folder that exists and can be written")
	}
	return nil
}
