// Toxiproxy's own Go client, used as a program of somebody else's would use it: prints what it sees.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2/client"
)

func check(what string, err error) {
	if err != nil {
		fmt.Println(what, "failed:", err)
		os.Exit(1)
	}
}

func show(what string, value any) {
	text, err := json.Marshal(value)
	check(what, err)
	fmt.Println(what, string(text))
}

func roundTrip(proxy *toxiproxy.Proxy) time.Duration {
	connection, err := net.Dial("tcp", proxy.Listen)
	check("dial", err)
	defer connection.Close()
	start := time.Now()
	_, err = connection.Write([]byte("x"))
	check("write", err)
	_, err = connection.Read(make([]byte, 1))
	check("read", err)
	return time.Since(start)
}

func main() {
	client, upstream := toxiproxy.NewClient(os.Args[1]), os.Args[2]

	one, err := client.CreateProxy("one", "127.0.0.1:0", upstream)
	check("create", err)
	_, err = client.CreateProxy("one", "127.0.0.1:0", upstream)
	fmt.Println("create again:", err)
	_, err = client.Proxy("none")
	fmt.Println("unknown:", err)

	toxics := []struct {
		kind       string
		attributes toxiproxy.Attributes
		change     toxiproxy.Attributes
	}{
		{"latency", toxiproxy.Attributes{"latency": 300, "jitter": 0}, toxiproxy.Attributes{"latency": 1}},
		{"bandwidth", toxiproxy.Attributes{"rate": 100}, toxiproxy.Attributes{"rate": 200}},
		{"slow_close", toxiproxy.Attributes{"delay": 10}, toxiproxy.Attributes{"delay": 20}},
		{"timeout", toxiproxy.Attributes{"timeout": 1000}, toxiproxy.Attributes{"timeout": 0}},
		{"reset_peer", toxiproxy.Attributes{"timeout": 1000}, toxiproxy.Attributes{"timeout": 2000}},
		{"slicer", toxiproxy.Attributes{"average_size": 100, "size_variation": 10, "delay": 5}, toxiproxy.Attributes{"delay": 6}},
		{"limit_data", toxiproxy.Attributes{"bytes": 1000}, toxiproxy.Attributes{"bytes": 2000}},
	}
	for _, stream := range []string{"upstream", "downstream"} {
		for _, toxic := range toxics {
			added, err := one.AddToxic("", toxic.kind, stream, 1, toxic.attributes)
			check("add "+toxic.kind, err)
			show("added", added)
			if toxic.kind == "latency" {
				fmt.Println("slow:", roundTrip(one) > 250*time.Millisecond)
			}
			changed, err := one.UpdateToxic(added.Name, 0.5, toxic.change)
			check("update "+toxic.kind, err)
			show("changed", changed)
			check("remove "+toxic.kind, one.RemoveToxic(added.Name))
		}
	}
	_, err = one.AddToxic("bad", "nope", "downstream", 1, nil)
	fmt.Println("bad type:", err)
	fmt.Println("remove again:", one.RemoveToxic("latency_upstream"))

	_, err = one.AddToxic("left", "latency", "downstream", 1, toxiproxy.Attributes{"latency": 1})
	check("add left", err)
	list, err := one.Toxics()
	check("toxics", err)
	show("toxics", list)

	check("disable", one.Disable())
	_, err = net.Dial("tcp", one.Listen)
	fmt.Println("disabled refuses:", err != nil)
	check("reset", client.ResetState())
	again, err := client.Proxy("one")
	check("again", err)
	fmt.Println("after reset:", again.Enabled, len(again.ActiveToxics))
	fmt.Println("works:", roundTrip(again) > 0)

	populated, err := client.Populate([]toxiproxy.Proxy{
		{Name: "two", Listen: "127.0.0.1:0", Upstream: upstream, Enabled: true},
		{Name: "three", Listen: "127.0.0.1:0", Upstream: upstream},
	})
	check("populate", err)
	for _, proxy := range populated {
		fmt.Println("populated:", proxy.Name, proxy.Enabled)
	}
	proxies, err := client.Proxies()
	check("proxies", err)
	fmt.Println("proxies:", len(proxies))
	for _, proxy := range proxies {
		check("delete", proxy.Delete())
	}
	fmt.Println("done")
}
