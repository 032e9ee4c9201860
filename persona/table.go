package persona

// keyed is what a table holds: it knows its own key.
type keyed[K comparable] interface{ key() K }

// table finds what it holds by key. Most tables have few entries and there are very many
// tables: few entries stand in a slice, which takes less memory than a map. The zero value
// is empty.
type table[K comparable, V keyed[K]] struct {
	few  []V
	many map[K]V // nil: all are few
}

// fewEntries are looked through as fast as a map finds one.
const fewEntries = 8

// get finds an entry.
func (t *table[K, V]) get(k K) (v V, ok bool) {
	if t.many != nil {
		v, ok = t.many[k]
		return v, ok
	}
	for _, v := range t.few {
		if v.key() == k {
			return v, true
		}
	}
	return v, false
}

// put adds an entry whose key is new.
func (t *table[K, V]) put(v V) {
	switch {
	case t.many != nil:
		t.many[v.key()] = v
	case len(t.few) < fewEntries:
		t.few = append(t.few, v)
	default:
		t.many = make(map[K]V, 2*fewEntries)
		for _, old := range t.few {
			t.many[old.key()] = old
		}
		t.many[v.key()] = v
		t.few = nil
	}
}

// remove takes an entry out, if it is there. The memory of many is given back with the last.
func (t *table[K, V]) remove(k K) {
	if t.many != nil {
		if delete(t.many, k); len(t.many) == 0 {
			t.many = nil
		}
		return
	}
	for i, v := range t.few {
		if v.key() == k {
			last := len(t.few) - 1
			t.few[i] = t.few[last]
			clear(t.few[last:])
			t.few = t.few[:last]
			return
		}
	}
}

// len counts the entries.
func (t *table[K, V]) len() int { return len(t.few) + len(t.many) }
