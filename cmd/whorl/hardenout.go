package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"whorl"
	"whorl/harden"
	"whorl/report"
)

// hardenText writes the plan for the host of that address or place for a person.
func hardenText(w io.Writer, whose string, p *harden.Plan) error {
	b := new(bytes.Buffer)
	fmt.Fprintf(b, "%s, as it is: %s\n", report.Clean(whose), viewed(&p.Now))
	for _, e := range p.Now.Weighs {
		words := e.GotWords
		if words == "" {
			words = e.Test + "." + e.Attr + "=" + e.Got
		}
		fmt.Fprintf(b, "  tells most: %s\n", report.Clean(words))
	}
	if len(p.Already) > 0 {
		fmt.Fprintf(b, "\nSet already: %s.\n", strings.Join(p.Already, ", "))
	}
	switch {
	case len(p.Outcomes) == 0 && len(p.Already) == 0:
		b.WriteString("\nNo settings are known for this system.\n")
	case len(p.Outcomes) > 0:
		hardenOutcomes(b, p)
	}
	b.WriteString("\nWhat no setting hides: how sequence numbers are made, what odd packets mean to the\nstack, and when it repeats what nobody acknowledges (whorl scan --temporal). Rules,\nTTL and pings are those of IPv4: over IPv6 the host shows what they hide.\nNothing was changed.\n")
	_, err := w.Write(b.Bytes())
	return err
}

// hardenOutcomes writes what each setting changes and what the best together do.
func hardenOutcomes(b *bytes.Buffer, p *harden.Plan) {
	b.WriteString("\nEach setting by itself, what hides most first:\n\n")
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "  setting\tan outsider says\tchanged\n")
	for _, o := range p.Outcomes {
		says := viewed(&o.Then)
		if o.Then.Name == p.Now.Name && o.Then.Detail == p.Now.Detail {
			says = "the same" + fmt.Sprintf(", %d %%", o.Then.Confidence.Percent())
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\n", o.Name, says, strings.Join(o.Changes, " "))
	}
	t.Flush()
	if p.Then == nil {
		b.WriteString("\nNone of them hides the name.\n")
		return
	}
	fmt.Fprintf(b, "\nTogether: %s.\nThen an outsider says: %s\n\nTo type as root:\n\n", strings.Join(p.Together, "; "), viewed(p.Then))
	for _, l := range p.Lines {
		fmt.Fprintf(b, "  %s\n", l)
	}
	b.WriteString("\nWhat that costs:\n\n")
	for _, s := range p.Chosen() {
		fmt.Fprintf(b, "  %s: %s (%s)\n", s.Name, s.Cost, s.Source)
	}
}

// viewed is what an outsider says, in words.
func viewed(v *harden.View) string {
	if v.Name == whorl.Unknown {
		return "unknown"
	}
	return fmt.Sprintf("%s, %d %% sure", report.Clean(v.Name), v.Confidence.Percent())
}
