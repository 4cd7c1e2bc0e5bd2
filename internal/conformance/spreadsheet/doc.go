// Package spreadsheet reads the CSV of the command line with programs that did not write it: Python's
// csv module, and LibreOffice with the settings of a Polish spreadsheet.
package spreadsheet
