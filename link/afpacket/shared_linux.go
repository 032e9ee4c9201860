package afpacket

// OpenShared opens an interface n times and shares its frames among the Conns by flow: both
// directions of a connection come to the same one. A Conn may hear frames of all flows in
// the moment between its start and its joining.
func OpenShared(o Options, n int) (all []*Conn, err error) {
	defer func() {
		if err != nil {
			for _, c := range all {
				c.Close()
			}
			all = nil
		}
	}()
	group := 0
	for i := range n {
		c, err := Open(o)
		if err != nil {
			return all, err
		}
		all = append(all, c)
		switch {
		case n == 1:
		case i == 0:
			group, err = c.rx.beginSharing()
		default:
			err = c.rx.share(group, 0)
		}
		if err != nil {
			return all, c.fail("open", err)
		}
	}
	return all, nil
}
