using Tspm.Client.Connection;
using Tspm.Protocol;

namespace Tspm.Client.Monit.Feeds;

/// <summary>
/// Reads the state of all processes again and again, and at once after <see cref="Hurry"/>; never more often than twice
/// a second.
/// </summary>
internal sealed class ReadingFeed(ClientSession session, MonitInbox inbox, ListRequest request, TimeSpan interval)
    : DaemonFeed(session, inbox)
{
    /// <summary>The shortest time between two readings.</summary>
    public static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>Something has happened, so that the next reading should not wait for its time.</summary>
    public void Hurry() => Wake();

    protected override void Read(DaemonClient daemon)
    {
        PostDaemon(daemon);
        while (!HasEnded)
        {
            var reading = daemon.Call(Methods.List, request);
            var second = Environment.TickCount64 / 1000;
            Post(model => model.Update(reading, second));
            if (Pause(ShortestInterval) || PauseUntilWoken(interval - ShortestInterval)) return;
        }
    }

    protected override void OnLost(DaemonException problem) => Post(model =>
    {
        model.Problem = problem.Message.Split('\n')[0];
        model.DaemonVersion = null;
    });

    /// <summary>Notes which daemon answers, and since when it runs.</summary>
    void PostDaemon(DaemonClient daemon)
    {
        var status = daemon.Call(Methods.Status, new StatusRequest());
        var since = status.UptimeMs is { } uptime
            ? TimeProvider.System.GetUtcNow() - TimeSpan.FromMilliseconds(uptime) : (DateTimeOffset?)null;
        Post(model => (model.DaemonVersion, model.DaemonSince) = (status.Version, since));
    }
}
