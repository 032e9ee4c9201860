package main

import "strconv"

// onOff is the value of a switch for which it matters whether it was given.
type onOff struct {
	given, on bool
}

func (s *onOff) Type() string { return "bool" }

func (s *onOff) String() string {
	if !s.given {
		return ""
	}
	return strconv.FormatBool(s.on)
}

// IsBoolFlag lets help show it as a switch.
func (s *onOff) IsBoolFlag() bool { return true }

func (s *onOff) Set(text string) (err error) {
	s.given = true
	s.on, err = strconv.ParseBool(text)
	return err
}

// quietest is the first template under which packets are sent that were not asked for.
const quietest = 3
