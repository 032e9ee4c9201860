package verdict

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// distances says from how far each kind of answer has come, the nearest first.
func (s *answerers) distances(p *positions) (out []string) {
	kinds := []struct {
		what string
		by   map[int][]*answerer
	}{{"connections to %s are accepted", p.open}, {"%s refused", p.shut}}
	for i, k := range kinds {
		for _, hops := range slices.Sorted(maps.Keys(k.by)) {
			ports := k.by[hops]
			what := portWords(numbers(ports))
			if i == 1 {
				what += choose(len(ports) == 1, " is", " are")
			}
			out = append(out, fmt.Sprintf(k.what, what)+" from "+hopWords(hops)+withTTL(ports[0].ttl))
		}
	}
	switch {
	case s.pings > 0:
		out = append(out, "pings are answered from "+hopWords(s.pingHops))
	case p.by != "":
		out = append(out, "the address itself is on this segment, "+hopWords(p.own))
	}
	return out
}

// farWords says from how far two ports have answered.
func farWords(a, b *answerer) string {
	return fmt.Sprintf("answers from %s%s and %s%s", hopWords(a.hops), withTTL(a.ttl), hopWords(b.hops), withTTL(b.ttl))
}

// hopWords says how many routers are in between.
func hopWords(n int) string {
	switch n {
	case 0:
		return "no router away"
	case 1:
		return "1 router away"
	}
	return strconv.Itoa(n) + " routers away"
}

func withTTL(ttl uint8) string { return fmt.Sprintf(" (TTL %d)", ttl) }

// mostPorts are listed by number.
const mostPorts = 8

// portWords lists ports as "port 80" or "ports 80, 443".
func portWords(ports []uint16) string {
	return choose(len(ports) == 1, "port ", "ports ") + portNumbers(ports)
}

func portNumbers(ports []uint16) string {
	var words []string
	for _, p := range ports[:min(len(ports), mostPorts)] {
		words = append(words, strconv.Itoa(int(p)))
	}
	if more := len(ports) - mostPorts; more > 0 {
		words = append(words, fmt.Sprintf("%d more", more))
	}
	return strings.Join(words, ", ")
}

// among is one sentence about what differs among what.
func among(what string, why []string) []string {
	return []string{what + " differ: " + strings.Join(why, ", ")}
}
