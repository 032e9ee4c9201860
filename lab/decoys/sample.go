package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"os"
	"slices"
	"strings"

	"whorl/osdb"
	"whorl/persona"
)

// load reads one database.
func load(file string) (osdb.Set, error) {
	set, problems := osdb.Load(osdb.Config{Files: []string{file}})
	if len(set) == 0 {
		return nil, problems[0]
	}
	return set, nil
}

// sample draws n records of a database and gives each an address.
func sample(database, file, truthFile string, n int, seed uint64, first netip.Addr, out io.Writer) error {
	set, err := load(database)
	if err != nil {
		return err
	}
	var all []*osdb.Entry
	for _, e := range set.Entries() {
		if e.Gen2 != nil {
			all = append(all, e)
		}
	}
	if len(all) == 0 {
		return errors.New("the database has no record of the second generation")
	}
	luck := rand.New(rand.NewPCG(seed, 0))
	luck.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var toml, truth strings.Builder
	refused := map[string]int{}
	for _, e := range all[:min(n, len(all))] {
		o := persona.Options{Addr: first, OpenTCP: []uint16{80}, ClosedTCP: []uint16{81}}
		if _, err := persona.New(e, o); err != nil {
			why := strings.TrimPrefix(err.Error(), "persona: "+e.Name+": ")
			fmt.Fprintf(out, "refused\t%v\t%s\t%s\n", e.Source, e.Name, why)
			refused[why]++
			continue
		}
		fmt.Fprintf(&toml, "[[host]]\naddr = %q\nas = %q\nopen = [80]\nclosed = [81]\n\n", first, e.Source.String())
		fmt.Fprintf(&truth, "%v\t%s\n", first, e.Name)
		first = first.Next()
	}
	drawn := min(n, len(all))
	count := 0
	for _, k := range refused {
		count += k
	}
	fmt.Fprintf(out, "%d records of %d, %d refused\n", drawn, len(all), count)
	return errors.Join(os.WriteFile(file, []byte(toml.String()), 0o666), os.WriteFile(truthFile, []byte(truth.String()), 0o666))
}

// host is an address and the name of its record.
type host struct {
	addr netip.Addr
	name string
}

// readTruth reads what sample wrote.
func readTruth(file string) (all []host, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	no := 0
	for line := range strings.Lines(string(text)) {
		no++
		field, name, ok := strings.Cut(strings.TrimSpace(line), "\t")
		addr, err := netip.ParseAddr(field)
		if !ok || err != nil {
			return nil, fmt.Errorf("%s:%d: %q: want an address, a tab and a name", file, no, line)
		}
		all = append(all, host{addr, name})
	}
	slices.SortFunc(all, func(a, b host) int { return a.addr.Compare(b.addr) })
	return all, nil
}
