package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// person is who sits at the terminal, if anybody does.
type person struct {
	in     *bufio.Reader // nil: nobody can be asked
	people io.Writer
}

// person finds out whether questions can be put and answered.
func (a *app) person() person {
	if f, ok := a.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) && terminal(a.people) {
		return person{bufio.NewReader(f), a.people}
	}
	return person{people: a.people}
}

// ask puts a question. ok is false if nobody answers.
func (p person) ask(question string) (answer string, ok bool) {
	if p.in == nil {
		return "", false
	}
	fmt.Fprintf(p.people, "%s ", question)
	line, err := p.in.ReadString('\n')
	return strings.TrimSpace(line), err == nil
}

// fill asks for a value that no flag has given. The error names the flag.
func (p person) fill(value *string, question, flag, example string) error {
	if *value != "" {
		return nil
	}
	answer, _ := p.ask(question)
	if *value = answer; answer == "" {
		return usage(fmt.Errorf("%s is missing", flag), flag+" "+example)
	}
	return nil
}

// agree asks for a yes, unless it is given already.
func (p person) agree(yes bool, question string) error {
	if yes {
		return nil
	}
	switch answer, ok := p.ask(question + " [y/N]"); {
	case !ok:
		return usage(fmt.Errorf("nothing is written without a yes, and there is nobody to ask"), "--yes")
	case !strings.EqualFold(answer, "y") && !strings.EqualFold(answer, "yes"):
		return partial(fmt.Errorf("nothing is written"), "")
	}
	return nil
}
