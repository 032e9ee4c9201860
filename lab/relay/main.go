//go:build linux

// Command relay joins two TAP devices by a line that is slow and loses frames. Each
// direction has its own queue and its own random numbers from the seed, so that the
// fate of the n-th frame is the same in every run. Times are kept to about a
// millisecond.
//
// ARP and neighbour discovery pass untouched: losing those gives pauses of a second
// that look like retransmission.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("relay: ")
	var l line
	flag.DurationVar(&l.delay, "delay", 0, "one-way `time`")
	flag.DurationVar(&l.jitter, "jitter", 0, "the delay varies evenly by this `time` to either side; order is kept")
	flag.Float64Var(&l.loss, "loss", 0, "`probability` that a frame is lost")
	flag.Float64Var(&l.dup, "dup", 0, "`probability` that a frame comes twice")
	flag.Float64Var(&l.reorder, "reorder", 0, "`probability` that a frame skips the delay")
	seed := flag.Uint64("seed", 1, "`number` that the random numbers start from")
	flag.Parse()
	if flag.NArg() != 2 {
		log.Fatal("usage: relay [flags] DEVICE DEVICE")
	}
	a, err := open(flag.Arg(0))
	if err != nil {
		log.Fatal(err)
	}
	b, err := open(flag.Arg(1))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("READY")
	go l.carry(a, b, rand.New(rand.NewPCG(*seed, 0)))
	l.carry(b, a, rand.New(rand.NewPCG(*seed, 1)))
}

// open attaches to an existing TAP device.
func open(name string) (*os.File, error) {
	req, err := unix.NewIfreq(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	req.SetUint16(unix.IFF_TAP | unix.IFF_NO_PI)
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("/dev/net/tun: %w", err)
	}
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, req); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return os.NewFile(uintptr(fd), name), nil
}

// line is how frames fare in one direction.
type line struct {
	delay, jitter      time.Duration
	loss, dup, reorder float64
}

type frame struct {
	due  time.Time
	data []byte
}

// queued is how many frames the line holds; more are lost, as in a router.
const queued = 10_000

// carry takes frames from src to dst for ever. A frame that cannot be written, as
// long as the device is down, is lost.
func (l line) carry(src io.Reader, dst io.Writer, random *rand.Rand) {
	queue := make(chan frame, queued)
	go func() {
		for f := range queue {
			time.Sleep(time.Until(f.due))
			_, _ = dst.Write(f.data)
		}
	}()
	buf := make([]byte, 65536)
	for {
		n, err := src.Read(buf)
		if err != nil { // down
			time.Sleep(time.Millisecond)
			continue
		}
		l.accept(buf[:n], queue, dst, random)
	}
}

func (l line) accept(b []byte, queue chan<- frame, dst io.Writer, random *rand.Rand) {
	// All are drawn for every frame, so that one setting does not shift another's luck.
	lost, twice, overtakes := random.Float64() < l.loss, random.Float64() < l.dup, random.Float64() < l.reorder
	vary := time.Duration((2*random.Float64() - 1) * float64(l.jitter))
	if isResolution(b) {
		_, _ = dst.Write(b)
		return
	}
	if lost {
		return
	}
	copies := 1
	if twice {
		copies = 2
	}
	for range copies {
		if overtakes {
			_, _ = dst.Write(b)
			continue
		}
		select {
		case queue <- frame{time.Now().Add(l.delay + vary), append([]byte(nil), b...)}:
		default:
		}
	}
}

// isResolution reports whether an Ethernet frame is ARP or ICMPv6 neighbour
// discovery (types 133 to 137, RFC 4861).
func isResolution(b []byte) bool {
	if len(b) < 14 {
		return false
	}
	switch uint16(b[12])<<8 | uint16(b[13]) {
	case 0x0806:
		return true
	case 0x86dd:
		return len(b) > 54 && b[20] == 58 && 133 <= b[54] && b[54] <= 137
	}
	return false
}
