using Tspm.Client.Monit.Model;
using Tspm.Client.Output.Listing;
using Tspm.Client.Terminal;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Tests.Client.Monit;
using Tspm.Tests.Fixtures;
using Tspm.Tests.Guards;

namespace Tspm.Tests.Client.Output;

/// <summary>
/// The pictures of the README, from frames that the program draws: docs/pictures. TSPM_WRITE_FRAMES=1 writes them.
/// </summary>
[Timeout(60_000)]
public sealed class PictureTests
{
    static readonly DateTimeOffset Now = SampleProcesses.Now;

    static ProcessStatus Process(int id, string name, int instance, double cpu, int megabytes, int hours) =>
        OutputTests.Status(name, id, instance) with
        {
            Pid = 13_000 + id * 37 + instance,
            CpuPercent = cpu,
            MemoryBytes = (long)megabytes << 20,
            UptimeMs = hours * 3_600_000L + id * 61_000,
            Restarts = id % 3,
        };

    static List<ProcessStatus> Processes(int second)
    {
        var wave = 20 + 18 * Math.Sin(second / 4.0);
        var down = Process(5, "mailer", 0, 0, 0, 0) with
        { Pid = null, UptimeMs = null, CpuPercent = null, MemoryBytes = null };
        var failed = new LastRun { EndedAt = Now.AddMinutes(-3), ExitCode = 7, Cause = CauseCode.Crash };
        return
        [
            Process(1, "api", 0, wave, 84, 75), Process(2, "web", 0, wave / 3, 61, 75),
            Process(2, "web", 1, wave / 4, 58, 3),
            Process(3, "worker", 0, 3, 40, 75), Process(4, "redis", 0, 0.4, 13, 75),
            down with
            {
                State = ProcessState.Errored, ExitCode = 7, LastRun = failed,
                Reason = "exited 7; gave up after 10 failures in a row; see: tspm why mailer",
            },
            down with
            {
                Id = 6, Name = "sync", State = ProcessState.Waiting, NextStartInMs = 2000, ExitCode = 1, Restarts = 3,
            },
            down with
                { Id = 7, Name = "backup", State = ProcessState.Stopped, NextRunAt = Now.AddHours(3), Restarts = 0 },
        ];
    }

    static async Task IsAsIn(string name, VtScreen screen, int width, int height)
    {
        var file = Path.Combine(Repository.Root, "docs", "pictures", name);
        var picture = SvgPicture.Draw(screen, width, height);
        if (Environment.GetEnvironmentVariable("TSPM_WRITE_FRAMES") == "1") await File.WriteAllTextAsync(file, picture);
        await Assert.That(picture == await File.ReadAllTextAsync(file)).IsTrue()
            .Because($"docs/pictures/{name} must show what is drawn now; TSPM_WRITE_FRAMES=1 draws it anew");
    }

    [Test]
    public async Task The_picture_of_monit_is_up_to_date(CancellationToken cancellation)
    {
        const int width = 140, height = 16;
        var model = new MonitModel { Host = "shop", DaemonVersion = "2.0.0", DaemonSince = Now.AddDays(-3) };
        var host = new FakeHost(model, width, height, processes: 0);
        for (var second = 0; second < 60; second++) host.Update(Processes(second), 100 + second);
        (string Text, string Stream)[] lines =
        [
            ("listening on :8080", "out"), ("\e[32mGET\e[0m /cart 200 in 3 ms", "out"),
            ("\e[32mGET\e[0m /cart/7 200 in 4 ms", "out"), ("WARN the pool has 2 of 40 connections left", "err"),
            ("\e[33mPOST\e[0m /order 201 in 41 ms", "out"), ("ERROR no connection to db: timed out after 5 s", "err"),
            ("exited with code 1; restarting in 1 s", "event"), ("restarted, pid 13037", "event"),
            ("listening on :8080", "out"), ("\e[32mGET\e[0m /health 200 in 1 ms", "out"),
        ];
        for (var i = 0; i < lines.Length; i++)
            model.Logs.Buffer.Append(
                SampleLog.Line(i + 1, lines[i].Text, lines[i].Stream, second: 940 + i * 6) with { Name = "api" });
        await IsAsIn("monit.svg", host.Screen(ColourDepth.Sixteen), width, height);
    }

    [Test]
    public async Task The_picture_of_list_is_up_to_date(CancellationToken cancellation)
    {
        const int width = 92, height = 16;
        var processes = Processes(7);
        var output = new Screen(isTerminal: true, ColourDepth.Sixteen);
        output.Writer.WriteLine("$ tspm list");
        var rows = ListRow.From(processes, ListRow.WithSeveral(processes), Now);
        ListTable.PrintDrawn(output.Writer, rows, new ListOptions(), width);
        var screen = new VtScreen(width, height);
        screen.Feed(System.Text.Encoding.UTF8.GetBytes(output.Text.Replace("\n", "\r\n")));
        await IsAsIn("list.svg", screen, width, height);
    }
}
