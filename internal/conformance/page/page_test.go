// Package page_test uses the sandbox's page in Chromium, as a person does.
package page_test

import "testing"

// A person authorizes, sends a call and reads the response, injects a fault, and finds both requests in
// the list: with the mouse on a large light screen, and with the keyboard on a small dark one.
func TestADay(t *testing.T) {
	t.Run("mouse", func(t *testing.T) {
		b := open(t, startSandbox(t), screen{1280, 900, "light"})
		day(b)
	})
	t.Run("keyboard", func(t *testing.T) {
		b := open(t, startSandbox(t), screen{400, 800, "dark"})
		b.keyboard = true
		day(b)
	})
}

func day(b *browser) {
	const getMe = "#operations-Account-getMe"
	b.screenshot(b.t.Name() + "-1-start")
	b.fits()
	b.accessible()

	b.activate("#authorize")
	b.waitFor(`document.querySelector("#notice").textContent.startsWith("Authorized")`)

	b.activate(getMe + " .opblock-summary-control")
	b.activate(getMe + " .execute")
	b.waitFor(`document.querySelector("` + getMe + ` .live-responses-table tbody .response-col_status")?.textContent.includes("200")`)
	b.waitFor(`document.querySelector("` + getMe + ` .live-responses-table")?.textContent.includes("loremipsum@futuriti.pl")`)
	b.waitFor(`document.querySelector("#request-list li:first-child .status")?.textContent === "200"`)
	b.screenshot(b.t.Name() + "-2-response")
	b.fits()
	b.accessible()

	b.choose("#fault-operation", "getMe")
	b.activate("#fault-buttons button:first-child")
	b.waitFor(`document.querySelector("#fault-list")?.textContent.includes("getMe")`)
	b.activate(getMe + " .execute")
	b.waitFor(`document.querySelector("` + getMe + ` .live-responses-table tbody .response-col_status")?.textContent.includes("503")`)
	b.waitFor(`document.querySelector("#request-list li:first-child .fault")?.textContent.includes("503")`)
	b.activate("#request-list li:first-child summary")
	b.waitFor(`document.querySelector("#request-list li:first-child").textContent.includes("getMe")`)
	b.screenshot(b.t.Name() + "-3-fault")
	b.fits()
	b.accessible()
}
