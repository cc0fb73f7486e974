namespace Tspm.Tests.Client.Monit;

/// <summary>What the pane and the help show.</summary>
[Timeout(60_000)]
public sealed class MonitPaneTests
{
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
}
