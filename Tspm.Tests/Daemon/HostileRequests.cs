using System.Text;
using System.Text.Json;
using CsCheck;
using Tspm.Protocol;
using Tspm.Tests.Guards;

namespace Tspm.Tests.Daemon;

/// <summary>Bytes that somebody might send: right requests, nearly right ones, and such as nobody should.</summary>
internal static class HostileRequests
{
    /// <summary>
    /// A session as a client would have it: every method with the parameters of its golden. Left out is what touches
    /// real things outside the home (an executable that is tried, files at given paths) or takes a second each time.
    /// </summary>
    public static IReadOnlyList<string> Recorded { get; } = Record();

    static readonly string[] s_values =
    [
        "null", "true", "-1", "0", "1e999", "99999999999999999999", "3.5", "\"\"", "\"\\ud800\"", "\"\\u0000\"",
        "\"web\"", "[\"web\"]", "[\"all\"]", "[\"/(a+)+$/\"]", "[\"*\"]", "[]", "{}", "[null]", "[[]]", "\"all\"",
        "\"100000:0\"",
        "\"" + new string('x', 3000) + "\"", new string('[', 60) + new string(']', 60), new string('[', 3000),
        "{\"a\":{\"a\":{\"a\":1}}}", "\"SIGKILL\"", "\"2026-01-01T00:00:00Z\"", "{\"name\":\"x\",\"command\":\"x\"}",
        "[{\"name\":\"x\",\"command\":\"x\"}]",
        // The first could be done and the second not: then neither.
        "[{\"name\":\"y\",\"command\":\"y\"},{\"name\":\"web\",\"command\":\"y\"}]",
            "[{\"name\":\"y\",\"command\":\"y\"},{\"name\":\"z\",\"command\":\"\"}]", "[\"web\",\"nobody\"]",
                "[\"restart.delayMs=7\",\"instances=x\"]",
        "{\"environment\":{\"A\":\"b\"},\"workingDirectory\":\"/\"}", "[\"env.A=1\"]", "[\"instances=3\"]", "[\"=\"]",
            "\"\\n\"", "\"\ufeff\"", "2147483647", "-2147483648",
    ];

    static readonly string[] s_members =
    [
        "selectors", "selector", "define", "client", "wait", "waitTimeoutMs", "force", "again", "updateEnv",
        "hasOverrides", "signal", "newName", "assignments", "instances", "by", "line", "lines", "follow", "stream",
        "after", "since",
        "until", "grep", "context", "run", "events", "text", "showEnv", "logs", "version", "protocolVersion",
        "nonsense", "__proto__", "",
    ];

    /// <summary>The parameters of each method as they are right, member by member.</summary>
    static readonly Dictionary<string, Dictionary<string, string>> s_right = Recorded
        .Select(line => JsonDocument.Parse(line).RootElement)
            .GroupBy(request => request.GetProperty("method").GetString()!)
        .ToDictionary(group => group.Key,
            group =>
                group.First().GetProperty("params").EnumerateObject().ToDictionary(member => member.Name,
                    member => member.Value.GetRawText()));

    /// <summary>
    /// Whole requests: two of three begin with what is right for the method and have none, one or more of its members
    /// changed, taken away or added; the third is made of any parts.
    /// </summary>
    public static Gen<byte[]> Generated { get; } = Gen.Select(
        Gen.Int[0, MethodRows.All.Count + 3],
            Gen.Select(Gen.Int[0, s_members.Length - 1], Gen.Int[0, s_values.Length - 1]).Array[0, 4], Gen.Int[0, 30],
                Gen.Int[0, 2],
        static (method, members, shape, kind) =>
        {
            var known = MethodRows.All;
            var name = method < known.Count ? known[method].Name : method == known.Count ? "fly" : "";
            // Tries an executable: the test's own, when none is named.
            if (name == Methods.Upgrade.Name) name = Methods.Ping.Name;
            var parts = kind > 0 && s_right.TryGetValue(name, out var right)
                ? new Dictionary<string, string>(right)
                : [];
            string[] own = [.. parts.Keys];
            foreach (var (member, value) in kind == 1 ? members.Take(1) : members)
            {
                // Among the method's own is the one that makes it nearly right.
                var changed = kind == 1 && own.Length > 0 ? own[member % own.Length] : s_members[member];
                if (value != 0 || !parts.Remove(changed)) parts[changed] = s_values[value];
            }
            var parameters = "{" + string.Join(',', parts.Select(part => $"\"{part.Key}\":{part.Value}")) + "}";
            var id = s_values[(shape * 7) % s_values.Length];
            return Encoding.UTF8.GetBytes(shape switch
            {
                0 => $"[{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"{name}\",\"params\":{parameters}}}]",
                1 => $"{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"{name}\",\"params\":{parameters}}}",
                2 => $"{{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"{name}\",\"params\":{parameters},\"extra\":{id}}}",
                3 => $"{{\"id\":1,\"method\":{id},\"params\":{parameters}}}",
                4 => $"{{\"id\":1,\"method\":\"{name}\",\"params\":{id}}}",
                5 => $"{{\"id\":1,\"method\":\"{name}\",\"params\":{parameters},\"params\":{parameters}}}",
                6 => $"{{\"method\":\"{name}\",\"params\":{parameters}}}",
                7 => parameters,
                8 => $"{{\"id\":1,\"method\":\"{name}\",\"params\":{parameters},\"idempotencyKey\":{id}}}",
                _ => $"{{\"jsonrpc\":\"2.0\",\"id\":{shape},\"method\":\"{name}\",\"params\":{parameters}}}",
            });
        });

    /// <summary>Recorded lines with some of their bytes changed, left out, doubled or put in.</summary>
    public static Gen<byte[]> Mutated { get; } = Gen.Select(
        Gen.Int[0, 1000], Gen.Select(Gen.Int[0, 7], Gen.Int[0, 100_000], Gen.Byte).Array[1, 4],
        static (line, changes) =>
        {
            var bytes = new List<byte>(Encoding.UTF8.GetBytes(Recorded[line % Recorded.Count]));
            foreach (var (kind, place, value) in changes)
                Change(bytes, kind, bytes.Count == 0 ? 0 : place % bytes.Count, place, value);
            return bytes.ToArray();
        });

    static void Change(List<byte> bytes, int kind, int at, int place, byte value)
    {
        if (bytes.Count == 0) return;
        switch (kind)
        {
            case 0: bytes[at] = value; break;
            case 1: bytes[at] ^= (byte)(1 << (value % 8)); break;
            case 2: bytes.Insert(at, value); break;
            case 3: bytes.RemoveAt(at); break;
            case 4: bytes.RemoveRange(at, Math.Min(value, bytes.Count - at)); break;
            case 5: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(value, bytes.Count - at))); break;
            case 6: bytes.InsertRange(at, Encoding.UTF8.GetBytes(s_values[value % s_values.Length])); break;
            default: bytes.InsertRange(at, "{}[],:\"\\\n\0"u8.ToArray()[(place % 10)..]); break;
        }
    }

    static List<string> Record()
    {
        var lines = new List<string>();
        foreach (var method in MethodRows.All)
        {
            if (method == Methods.Upgrade || method == Methods.Reload) continue;
            var golden = Goldens.OfName(MethodRows.RequestOf(method).Name);
            var parameters = method == Methods.Start || method == Methods.Add ? """{"define":[{"name":"web","command":"web","env":{"A":"1"}}],"client":{"environment":{"B":"2"},"workingDirectory":"/"},"waitTimeoutMs":50}"""
                : JsonSerializer.Serialize(golden, WireJson.Default.JsonElement);
            if (method == Methods.Add)
                parameters = parameters.Replace(",\"waitTimeoutMs\":50", "", StringComparison.Ordinal);
            // To watch whether something dies again takes that long, each time.
            parameters = parameters.Replace("\"settleMs\":500", "\"settleMs\":0", StringComparison.Ordinal);
            lines.Add($$"""{"jsonrpc":"2.0","id":{{lines.Count}},"method":"{{method}}","params":{{parameters}}}""");
        }
        lines.Add("""{"jsonrpc":"2.0","id":"text","method":"reload","params":{"selectors":["web"],"wait":false}}""");
        lines.Add("""{"id":1,"method":"logs","params":{"follow":true}}""");
        lines.Add("""{"id":1,"method":"events","params":{"follow":true,"selectors":["web"]}}""");
        lines.Add("""{"id":1,"method":"start","params":{"selectors":["web"],"waitTimeoutMs":50},"idempotencyKey":"8f14e45f"}""");
        return lines;
    }
}
