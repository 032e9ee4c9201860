package listen

import (
	"iter"

	"whorl"
)

// news is a list of hosts that have changed, each once.
type news struct {
	list   []uint32
	queued []bool // by number of the host
}

func (n *news) add(i uint32) {
	for int(i) >= len(n.queued) {
		n.queued = append(n.queued, false)
	}
	if !n.queued[i] {
		n.queued[i] = true
		n.list = append(n.list, i)
	}
}

// changed puts a host on the list, unless it is there.
func (l *Listener) changed(i uint32) {
	if h := l.hosts.all.at(i); !h.news {
		h.news = true
		l.news.add(i)
	}
}

// News gives a record of each host that has shown a new kind of packet since it was given
// last, or repetitions that tell of its timer, or that it is several, or of which ICMP
// messages or claims tell something new. It is valid until the next one is given.
func (l *Listener) News() iter.Seq[*whorl.Host] {
	return func(yield func(*whorl.Host) bool) {
		n := &l.news
		for len(n.list) > 0 {
			i := n.list[len(n.list)-1]
			n.list, n.queued[i] = n.list[:len(n.list)-1], false
			h := l.hosts.all.at(i)
			if !h.news { // forgotten since
				continue
			}
			h.news = false
			if !yield(l.record(h)) {
				return
			}
		}
	}
}
