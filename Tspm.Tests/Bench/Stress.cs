using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Bench;

/// <summary>
/// Many clients, each with processes of its own (so that it knows what must be true of them) and questions about
/// everybody's: at the end what the daemon says is what all of them expect, and the machine has exactly those children.
/// </summary>
internal static class Stress
{
    sealed record Expected(string Name, bool Exists, bool IsUp);

    public static async Task Run(TspmBox box, int clients, int requests, CancellationToken cancellation)
    {
        await box.Ok("delete", "all").ContinueWith(static _ => { }, TaskScheduler.Default);
        var failures = new List<Exception>();
        var expected = new List<Expected>();
        var threads = Enumerable.Range(0, clients).Select(number => new Thread(() =>
        {
            try
            {
                var mine = One(box, number, requests, cancellation);
                lock (expected) expected.Add(mine);
            }
            catch (Exception e)
            {
                lock (failures) failures.Add(e);
            }
        })).ToList();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) await Task.Run(thread.Join, cancellation);
        await Assert.That(failures).IsEmpty();
        var listed = (await box.List()).ToDictionary(entry => entry.Name);
        foreach (var (name, exists, isUp) in expected)
        {
            await Assert.That(listed.ContainsKey(name)).IsEqualTo(exists).Because(name);
            if (exists) await Assert.That(listed[name].State).IsEqualTo(isUp ? "online" : "stopped").Because(name);
            if (exists && isUp) await Assert.That(LiveProcess.IsAlive(listed[name].Pid!.Value)).IsTrue().Because(name);
        }
        await Assert.That(listed.Count).IsEqualTo(expected.Count(each => each.Exists));
        var wanted = listed.Values.Where(entry => entry.Pid is not null).Select(entry => entry.Pid!.Value).Order()
            .ToList();
        var there = new List<int>();
        // A child that was just started may be in the middle of its execve, where it has neither arguments nor
        // environment.
        await box.Until(() => (there = Children(box)).SequenceEqual(wanted),
            "there are exactly the children that are listed: none is left of what was stopped, and none runs twice")
            .ContinueWith(
                late =>
                {
                    if (late.IsFaulted) throw new InvalidOperationException(
                    $"listed: {string.Join(' ', wanted)}; there: {string.Join(' ', there)}", late.Exception);
                },
                        TaskScheduler.Default);
        await box.Run("delete", "all");
    }

    static List<int> Children(TspmBox box) =>
        [.. LiveProcess.WithEnvironment($"TSPM_HOME={box.Home}").Where(pid =>
            LiveProcess.CommandOf(pid).StartsWith("sleep", StringComparison.Ordinal)).Order()];

    static Expected One(TspmBox box, int number, int requests, CancellationToken cancellation)
    {
        var random = new Random(number);
        var (name, exists, up) = ($"p{number}", false, false);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        {
            ReceiveTimeout = 120_000,
        };
        socket.Connect(new UnixDomainSocketEndPoint(box.SocketPath));
        using var lines = new StreamReader(new NetworkStream(socket), Encoding.UTF8);
        JsonElement Ask(string method, string parameters)
        {
            cancellation.ThrowIfCancellationRequested();
            socket.Send(Encoding.UTF8.GetBytes($$"""{"id":1,"method":"{{method}}","params":{{parameters}}}""" + "\n"));
            return JsonDocument
                .Parse(lines.ReadLine() ?? throw new InvalidOperationException($"closed at {method}")).RootElement;
        }
        void Must(bool holds, string rule, JsonElement answer)
        {
            if (!holds) throw new InvalidOperationException($"{name}: {rule}: {answer}");
        }
        for (var i = 0; i < requests; i++)
        {
            JsonElement answer;
            switch (random.Next(100))
            {
                case < 4:
                    answer = Ask("start", $$"""{"selectors":["{{name}}"],"define":[{"name":"{{name}}","command":"sleep","args":["1000"]}],"client":{"environment":{"TSPM_HOME":"{{box.Home}}","PATH":"/bin:/usr/bin"},"workingDirectory":"/"} }""");
                    Must(up ? answer.TryGetProperty("error", out _) : answer.TryGetProperty("result", out var result)
                        && result.GetProperty("success").GetBoolean(), $"start while up is {up}", answer);
                    (exists, up) = (true, true);
                    break;
                case < 8:
                    answer = Ask("stop", $$"""{"selectors":["{{name}}"]}""");
                    Must(exists == answer.TryGetProperty("result", out _), $"stop while it exists is {exists}", answer);
                    up = false;
                    break;
                case < 10:
                    answer = Ask("restart", $$"""{"selectors":["{{name}}"]}""");
                    Must(exists == answer.TryGetProperty("result", out _), $"restart while it exists is {exists}",
                        answer);
                    up = exists;
                    break;
                case < 11:
                    answer = Ask("delete", $$"""{"selectors":["{{name}}"]}""");
                    Must(exists == answer.TryGetProperty("result", out _), $"delete while it exists is {exists}",
                        answer);
                    (exists, up) = (false, false);
                    break;
                case < 30:
                    answer = Ask("list", $$"""{"selectors":["{{name}}"]}""");
                    if (!exists) Must(answer.TryGetProperty("error", out _), "a list of what is not there", answer);
                    else
                        Must(answer.GetProperty("result").GetProperty("processes")[0].GetProperty(
                            "state").GetString() == (up ? "online" : "stopped"), $"shown while up is {up}", answer);
                    break;
                case < 33:
                    answer = Ask("list", "{}");
                    Must(answer.TryGetProperty("result", out _), "a list of all", answer);
                    break;
                case < 36:
                    answer = Ask("stop", """{"selectors":["nobody at all"]}""");
                    Must(answer.GetProperty("error").GetProperty("code").GetInt32() == -32003, "nobody was stopped",
                        answer);
                    break;
                default:
                    answer = Ask("ping", "{}");
                    Must(answer.TryGetProperty("result", out _), "ping", answer);
                    break;
            }
        }
        return new Expected(name, exists, up);
    }
}
