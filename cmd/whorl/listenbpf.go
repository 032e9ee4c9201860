package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/net/bpf"
)

// mostBPF is how many instructions a filter may have; the kernel takes 4096, ours included.
const mostBPF = 3500

// parseBPF reads a filter as tcpdump -ddd prints it: the number of instructions, then a line
// for each: code, jump if true, jump if false, value, in decimal. A comma stands for a line
// break.
func parseBPF(text string) ([]bpf.Instruction, error) {
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == ',' })
	if len(lines) == 0 {
		return nil, errors.New("is empty")
	}
	n, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if lines = lines[1:]; err != nil || n != len(lines) {
		return nil, fmt.Errorf("begins with %.20q, want the number of instructions, of which there are %d", strings.TrimSpace(text), len(lines))
	}
	if n == 0 || n > mostBPF {
		return nil, fmt.Errorf("%d instructions, want 1 to %d", n, mostBPF)
	}
	raw := make([]bpf.RawInstruction, n)
	for i, line := range lines {
		if raw[i], err = parseInstruction(line); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+2, err)
		}
	}
	list, known := bpf.Disassemble(raw)
	if !known {
		return nil, errors.New("has an instruction that is not known")
	}
	for i := range list {
		if err := checkInstruction(list[i], n-1-i); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+2, err)
		}
	}
	return list, nil
}

func parseInstruction(line string) (r bpf.RawInstruction, err error) {
	f := strings.Fields(line)
	if len(f) != 4 {
		return r, fmt.Errorf("%.40q; want four numbers", line)
	}
	var v [4]uint64
	for i, bits := range [...]int{16, 8, 8, 32} {
		if v[i], err = strconv.ParseUint(f[i], 10, bits); err != nil {
			return r, fmt.Errorf("%.20q; want a number of %d bits", f[i], bits)
		}
	}
	return bpf.RawInstruction{Op: uint16(v[0]), Jt: uint8(v[1]), Jf: uint8(v[2]), K: uint32(v[3])}, nil
}

// checkInstruction refuses what the kernel would, or what cannot be joined to another
// filter. left is how many instructions follow.
func checkInstruction(i bpf.Instruction, left int) error {
	furthest := uint64(0)
	switch i := i.(type) {
	case bpf.RetConstant:
		return nil
	case bpf.RetA:
		return errors.New("returns the accumulator; want a constant, as tcpdump writes it")
	case bpf.Jump:
		furthest = uint64(i.Skip)
	case bpf.JumpIf:
		furthest = uint64(max(i.SkipTrue, i.SkipFalse))
	case bpf.JumpIfX:
		furthest = uint64(max(i.SkipTrue, i.SkipFalse))
	}
	if furthest >= uint64(left) {
		return errors.New("leads behind the last instruction")
	}
	return nil
}

// passBoth passes what two filters pass, as much of it as the second says.
func passBoth(first, second []bpf.Instruction) []bpf.Instruction {
	out := make([]bpf.Instruction, 0, len(first)+len(second))
	for i, in := range first {
		if ret, ok := in.(bpf.RetConstant); ok && ret.Val > 0 {
			in = bpf.Jump{Skip: uint32(len(first) - 1 - i)}
		}
		out = append(out, in)
	}
	return append(out, second...)
}
