using System.Globalization;
using Tspm.Client.Terminal;
using Tspm.Tests.Client.Output;

namespace Tspm.Tests.Client.Monit;

/// <summary>What the pane and the help show.</summary>
[Timeout(60_000)]
public sealed class MonitPaneTests
{
    [Test]
    public async Task To_go_to_a_time_reads_older_lines_until_it_is_reached(CancellationToken cancellation)
    {
        var host = FakeHost.With("web");
        SampleLog.Add(host.Model.Logs, 100, 5);
        var oldest = 100;
        host.Older = () =>
        {
            oldest -= 10;
            return [.. Enumerable.Range(oldest, 10).Where(static i => i > 0)
                .Select(static i => SampleLog.Line(i * 10, $"line {i}", second: i))];
        };
        var time = SampleProcesses.Now.AddSeconds(42 - 1000);
        host.Press("T");
        await Assert.That(host.Model.Prompt).IsNull().Because("the list has the focus");
        host.Press("Tab", "T");
        host.Type(time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
        host.Press("Enter");
        await Assert.That(host.OlderRequests).IsEqualTo(6);
        await Assert.That(host.Screen().Text).Contains("line 42").And.DoesNotContain("line 104");
        host.Press("T");
        host.Type("2020-01-01");
        host.Press("Enter");
        await Assert.That(host.Model.Logs.Buffer.HasOldest).IsTrue();
        await Assert.That(host.Screen().Text).Contains("line 1\n").And.DoesNotContain("line 42");
    }

    [Test]
    public async Task Lines_are_kept_over_visits_to_other_processes(CancellationToken cancellation)
    {
        var host = FakeHost.With([.. Enumerable.Range(0, 40).Select(static i => $"p{i}")]);
        for (var i = 0; i < 40; i++)
        {
            SampleLog.Add(host.Model.Logs, i, 1);
            host.Press("Down");
        }
        for (var i = 39; i > 24; i--)
        {
            await Assert.That(host.Model.Logs.Shown.Select(static record => record.Text.Text))
                .IsEquivalentTo([$"line {i}"]);
            host.Press("Up");
        }
        host.Press("Home");
        await Assert.That(host.Model.Logs.Shown.Count).IsEqualTo(0).Because("the oldest are read again");
    }

    [Test]
    public async Task The_lines_of_all_processes_are_shown_until_one_is_wanted(CancellationToken cancellation)
    {
        var host = FakeHost.With("web", "db");
        SampleLog.Add(host.Model.Logs, 1, 1);
        host.Press("2", "0");
        await Assert.That(host.Model.LogSubject).IsEquivalentTo(["all"]);
        await Assert.That(host.Screen().Text).Contains("no output yet").And.Contains("follow  all");
        SampleLog.Add(host.Model.Logs, 7, 1);
        await Assert.That(host.Screen().Text).Contains("web").And.Contains("line 7");
        host.Press("r", "Down");
        await Assert.That(host.Commands).IsEquivalentTo(["restart web"]).Because("actions are about the selection");
        await Assert.That(host.Screen().Text).Contains("line 7");
        host.Press("Up", "0");
        await Assert.That(host.Screen().Text).Contains("line 1").And.DoesNotContain("line 7");
        host.Press("0", "l");
        await Assert.That(host.Model.LogSubject).IsEquivalentTo(["web"]);
    }

    [Test]
    public async Task The_help_can_be_searched(CancellationToken cancellation)
    {
        var host = FakeHost.With("web");
        host.Press("?", "/");
        host.Type("PAGER");
        await Assert.That(host.Screen().Text).Contains("open the log file in $PAGER").And.Contains("in the pane")
            .And.DoesNotContain("quit; all").And.DoesNotContain("everywhere");
        host.Press("Esc");
        await Assert.That(host.Screen().Text).Contains("quit; all");
        host.Press("Esc");
        await Assert.That(host.Model.Overlay).IsNull();
    }

    [Test]
    public async Task Every_tab_shows_only_lines_that_match(CancellationToken cancellation)
    {
        var host = FakeHost.With("web");
        host.Press("3", "Tab");
        host.Model.Document.Update([StyledText.Of("state  online"), StyledText.Of("pid  4711")]);
        host.Press("&");
        host.Type("PID");
        await Assert.That(host.Screen().Text).DoesNotContain("4711").Because("capitals are meant");
        host.Press("Ctrl-U");
        host.Type("pid");
        host.Press("Enter");
        await Assert.That(host.Screen().Text).Contains("4711").And.Contains("&pid").And.DoesNotContain("state  online");
        host.Press("/", "Ctrl-U");
        host.Type("!pid");
        host.Press("Enter");
        await Assert.That(host.Screen().Text).DoesNotContain("4711").And.Contains("state  online");
        await Assert.That(host.Model.LogSettings.Filter).IsNull();
        host.Press("Esc");
        await Assert.That(host.Screen().Text).Contains("4711").And.Contains("state  online");
    }
}
