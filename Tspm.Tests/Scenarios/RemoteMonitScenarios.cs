using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// <c>monit -H</c>: the processes of another machine, through a real sshd on 127.0.0.1, on a real terminal.
/// </summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public sealed class RemoteMonitScenarios
{
    [Test]
    public async Task It_shows_and_changes_processes_there_and_outlives_the_connection(CancellationToken cancellation)
    {
        await using var there = new TspmBox(cancellation);
        await using var here = await SshHost.Client(there, cancellation);
        await there.Ok("start", "--name", "web", "--", "sh", "-c",
            "echo before; while [ ! -e go ]; do sleep 0.05; done; echo during; exec sleep 1000");
        await there.Ok("start", "sleep 1000", "--name", "db");
        await using var shell = new TerminalShell(here.Box, cancellation, columns: 160);
        await shell.NoteSettings();
        await shell.Type($"tspm monit -H {here.Address}\r");
        await shell.Until(static screen => screen.IsOpen && screen.Text.Contains("● web"), "the screen");
        await shell.UntilText("tspm root@127.0.0.1".Replace("root", Environment.UserName, StringComparison.Ordinal));
        await shell.UntilText("before");
        // An action is carried out there, and the command says so.
        await shell.Type("jx");
        await shell.UntilText($"$ tspm stop db --host {here.Address}  db: stopped");
        await there.UntilState("db", "stopped");
        await shell.Type("kw");
        await shell.UntilText("web is online");
        await shell.Type("l");
        await shell.UntilText("before");

        here.Break("ssh: connect to host there: No route to host");
        await shell.UntilText("was lost: ssh: connect to host there: No route");
        await Assert.That(shell.Text.Split('\n')[1..]).DoesNotContain(static row => row.Contains("No route"))
            .Because("ssh itself prints nothing on the screen");
        there.Write("go", "");
        await there.UntilOut("web", "during");
        here.Repair();
        await shell.UntilText("during");
        await shell.Until(static screen => !screen.Text.Contains("No route"), "no complaint any more");
        await Assert.That(Count("before")).IsEqualTo(1).Because("no line comes twice");
        await Assert.That(Count("during")).IsEqualTo(1);
        await there.Ok("start", "db");
        await shell.UntilText("● db");
        await shell.Type("q");
        await shell.HasEnded(0);
        await shell.IsAsBefore();
        await there.UntilState("web", "online");

        int Count(string line) => shell.Text.Split('\n').Count(row => row.TrimEnd().EndsWith(line));
    }

    [Test]
    public async Task One_frame_is_printed_of_another_machine(CancellationToken cancellation)
    {
        await using var there = new TspmBox(cancellation);
        await using var here = await SshHost.Client(there, cancellation);
        await there.Ok("start", "sh -c 'echo hello; exec sleep 1000'", "--name", "web");
        await there.UntilOut("web", "hello");
        var frame = await here.Box.Ok("monit", "--once", "-H", here.Address);
        await Assert.That(frame.Out).Contains("● web").And.Contains("hello").And.Contains("127.0.0.1");
        frame = await here.Box.Ok("monit", "--once", "--tab", "why", "-H", here.Address);
        await Assert.That(frame.Out).Contains("web is online");
    }
}
