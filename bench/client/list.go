package main

// measureList reads a list of 100 MB, each time in a new process, because the peak memory of a
// process never falls.
func measureList(address string) ([]row, error) {
	measured, err := takeTurns(listRounds, names, 2, func(name string) ([]float64, error) { return readListInChild(name, address) })
	if err != nil {
		return nil, err
	}
	return []row{
		{"list of 100 MB, time", seconds, measured[0], []target{{timesOf, nameStock, 0.7}}},
		{"list of 100 MB, peak memory", bytes, measured[1], []target{{atMost, "", 20e6}}},
	}, nil
}
