// Package schema creates the table of package transfer.
package schema

import (
	"errors"
	"fmt"
)

// version is that of the table; River's tables have their own. A change raises it if earlier versions
// of this module can no longer use the table.
const version = 1

// Newest is the query for the version that the table has.
const Newest = `SELECT coalesce(max(version), 0) FROM river_migration WHERE line = 'xsale_transfer'`

// Check returns an error if a later version of this module changed the table.
func Check(newest int) error {
	if newest > version {
		return errors.New("a later version of this module changed the tables: update this program")
	}
	return nil
}

// Names are the names of the table and its indexes.
var Names = []string{"xsale_transfer", "xsale_transfer_open", "xsale_transfer_undecodable", "xsale_transfer_kept"}

// Statements returns the statements that create the table and its indexes unless they exist, and
// record the version, for a database with the given type for bytes. The column state determines the
// next step, and resume is the state that a parked element returns to. Attempts counts the attempts
// that earlier steps of the job took. A job works only in the round that it was inserted for. Times
// are Unix milliseconds. The JSON and the result may be encrypted; the digest is that of the plain
// JSON.
func Statements(bytes string) []string {
	return []string{
		fmt.Sprintf(`CREATE TABLE IF NOT EXISTS xsale_transfer (
	flow text NOT NULL,
	key text NOT NULL,
	state text NOT NULL,
	resume text NOT NULL DEFAULT '',
	reason text NOT NULL DEFAULT '',
	json %[1]s,
	digest %[1]s,
	result %[1]s,
	attempts bigint NOT NULL DEFAULT 0,
	round bigint NOT NULL DEFAULT 0,
	added bigint NOT NULL,
	changed bigint NOT NULL,
	PRIMARY KEY (flow, key)
)`, bytes),
		`CREATE INDEX IF NOT EXISTS xsale_transfer_open ON xsale_transfer (flow, state, changed) WHERE state <> 'done'`,
		`CREATE INDEX IF NOT EXISTS xsale_transfer_undecodable ON xsale_transfer (flow, key) WHERE resume = 'undecodable'`,
		`CREATE INDEX IF NOT EXISTS xsale_transfer_kept ON xsale_transfer (flow, changed) WHERE state IN ('done', 'discarded') AND json IS NOT NULL`,
		fmt.Sprintf(`INSERT INTO river_migration (line, version) VALUES ('xsale_transfer', %d) ON CONFLICT DO NOTHING`, version),
	}
}
