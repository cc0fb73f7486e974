using System.Text.Json;
using System.Text.RegularExpressions;
using Tspm.Tests.Fixtures;
using Tspm.Tests.Guards;

namespace Tspm.Tests.Scenarios;

/// <summary>The clients in docs/examples, and the examples of docs/PROTOCOL.md, as they stand there.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class ExampleClientTests
{
    [Test, Arguments("tspm_client.py"), Arguments("tspm_client.mjs")]
    public async Task A_client_in_another_language_lists_starts_and_follows(string file, CancellationToken cancellation)
    {
        var program = file.EndsWith("py", StringComparison.Ordinal) ? Tools.Python : Tools.Node;
        var script = Path.Combine(Repository.Root, "docs", "examples", file);
        await using var box = new TspmBox(cancellation);
        box.Variables["PYTHONDONTWRITEBYTECODE"] = "1";
        await Assert.That((await box.RunProgram(program, script, "list")).Err).Contains("no daemon answers");
        await box.Ok("daemon", "start");
        var started = (await box.RunProgram(program, script, "start", "counter", "sh", "-c",
            "i=0; while :; do echo line $i; i=$((i+1)); sleep 0.02; done")).Exits(0);
        await Assert.That(started.Out).IsEqualTo("counter\tonline\n");
        await Assert.That((await box.RunProgram(program, script, "list")).Exits(0).Out)
            .IsEqualTo($"counter\tonline\t{await box.PidOf("counter")}\n");
        using var follower = new RunningCommand(Programs.Start(program, [script, "logs", "counter", "300"],
            box.Variables, box.Folder), cancellation);
        await follower.UntilOut("line 50\n");
        LiveProcess.Kill((await box.DaemonPids()).Daemon);
        await Assert.That(await follower.End()).IsEqualTo(0).Because(follower.Err);
        var numbers = follower.Out.TrimEnd('\n').Split('\n').Select(line => int.Parse(line.Split(' ')[1])).ToList();
        await Assert.That(numbers.Count).IsEqualTo(300);
        await Assert.That(numbers.SequenceEqual(Enumerable.Range(numbers[0], 300))).IsTrue()
            .Because("nothing is missing and nothing comes twice over the daemon's death");
        (await box.RunProgram(program, script, "logs", "nobody")).Exits(1).Says("-32003");
        (await box.RunProgram(program, script, "start", "counter", "true")).Exits(1).Says("already online");
    }

    /// <summary>
    /// Every request of the page, pasted as it is. What it is answered depends on what there is; that it is understood
    /// does not.
    /// </summary>
    [Test]
    public async Task Every_request_of_the_page_is_understood_when_it_is_pasted_into_socat(
        CancellationToken cancellation)
    {
        var socat = Tools.Require("socat");
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "web");
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "PROTOCOL.md"));
        var requests = page.Split('\n')
            .Where(line => line.StartsWith('{') && line.Contains("\"id\":1,\"method\"", StringComparison.Ordinal))
                .ToList();
        await Assert.That(requests.Count).IsGreaterThan(25);
        foreach (var request in requests)
        {
            var method = JsonDocument.Parse(request).RootElement.GetProperty("method").GetString()!;
            if (method is "shutdown") continue; // the last one, below
            var ran = await Programs
                .Run(socat, ["-t", "20", "-", $"UNIX-CONNECT:{box.SocketPath}"], box.Variables, box.Folder,
                    cancellation, request + "\n");
            var answer = JsonDocument.Parse(ran.Out.TrimEnd('\n').Split('\n')[^1]).RootElement;
            var code = answer.TryGetProperty("error", out var error) ? error.GetProperty("code").GetInt32() : 0;
            await Assert.That(code is 0 or -32001 or -32003 or -32005).IsTrue()
                .Because($"{request} is answered with {answer}");
        }
        var end = await Programs
            .Run(socat, ["-t", "20", "-", $"UNIX-CONNECT:{box.SocketPath}"], box.Variables, box.Folder, cancellation,
                requests.Single(line => line.Contains("shutdown", StringComparison.Ordinal)) + "\n");
        await Assert.That(end.Out).Contains("\"stopped\":");
        await box.Until(() => !File.Exists(box.SocketPath), "the daemon has ended");
    }
}
