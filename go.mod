module whorl

go 1.26
