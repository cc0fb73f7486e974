using Tspm.Client.Connection;
using Tspm.Client.Monit.Model;
using Tspm.Model.Selecting;
using Tspm.Protocol;

namespace Tspm.Client.Monit.Feeds;

/// <summary>Reads what only the definitions say: which processes depend on which, and their memory limits.</summary>
internal sealed class DefinitionFeed(ClientSession session, MonitInbox inbox)
{
    volatile bool _isReading;

    /// <summary>Begins to read, unless it is reading already.</summary>
    /// <returns>False if it is.</returns>
    public bool Begin()
    {
        if (_isReading) return false;
        _isReading = true;
        new Thread(Read) { IsBackground = true, Name = nameof(DefinitionFeed) }.Start();
        return true;
    }

    void Read()
    {
        try
        {
            using var daemon = session.ConnectToRead();
            var all = daemon.Call(Methods.Describe, new DescribeRequest { Selectors = [Selector.All] }).Processes;
            inbox.Post(model => Take(model, all));
        }
        catch (DaemonException)
        {
            // They are read again after the next change of the list.
        }
        _isReading = false;
    }

    /// <summary>Puts what the definitions say into the model.</summary>
    public static void Take(MonitModel model, IReadOnlyList<ProcessDescription> all)
    {
        var needed = new Dictionary<string, IReadOnlyList<string>>();
        var limits = new Dictionary<string, long>();
        foreach (var process in all)
        {
            var (name, config) = (process.Status.Name, process.Config);
            if (config.DependsOn is { Count: > 0 } names) needed[name] = [.. names.Select(static one => one.Name)];
            if (config.MemoryLimitBytes is { } limit) limits[name] = limit;
        }
        (model.Dependencies, model.MemoryLimits) = (needed, limits);
    }
}
