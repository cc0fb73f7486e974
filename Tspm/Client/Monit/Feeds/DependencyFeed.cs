using Tspm.Client.Connection;
using Tspm.Model.Selecting;
using Tspm.Protocol;

namespace Tspm.Client.Monit.Feeds;

/// <summary>Finds out which processes depend on which.</summary>
internal sealed class DependencyFeed(ClientSession session, MonitInbox inbox)
{
    volatile bool _isReading;

    /// <summary>Begins to read, unless it is reading already.</summary>
    /// <returns>False if it is.</returns>
    public bool Begin()
    {
        if (_isReading) return false;
        _isReading = true;
        new Thread(Read) { IsBackground = true, Name = nameof(DependencyFeed) }.Start();
        return true;
    }

    void Read()
    {
        try
        {
            using var daemon = session.ConnectToRead();
            var all = daemon.Call(Methods.Describe, new DescribeRequest { Selectors = [Selector.All] }).Processes;
            var needed = new Dictionary<string, IReadOnlyList<string>>();
            foreach (var process in all)
                if (process.Config.DependsOn is { Count: > 0 } names)
                    needed[process.Status.Name] = [.. names.Select(static one => one.Name)];
            inbox.Post(model => model.Dependencies = needed);
        }
        catch (DaemonException)
        {
            // They are read again after the next change of the list.
        }
        _isReading = false;
    }
}
