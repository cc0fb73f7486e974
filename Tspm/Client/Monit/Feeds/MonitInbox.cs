using System.Collections.Concurrent;
using Tspm.Client.Monit.Model;
using Tspm.Platform.Linux.Events;

namespace Tspm.Client.Monit.Feeds;

/// <summary>
/// Changes of the model that other threads ask for. The thread that draws carries them out; a descriptor wakes it.
/// </summary>
internal sealed class MonitInbox : IDisposable
{
    readonly ConcurrentQueue<Action<MonitModel>> _changes = new();
    readonly WakeCounter _wake = new();

    /// <summary>The descriptor that becomes readable when there are changes.</summary>
    public int Number => _wake.Number;

    /// <summary>Any thread may call this.</summary>
    public void Post(Action<MonitModel> change)
    {
        var isFirst = _changes.IsEmpty;
        _changes.Enqueue(change);
        if (isFirst) _wake.Wake();
    }

    /// <summary>Carries out all changes.</summary>
    /// <returns>False if there were none.</returns>
    public bool CarryOut(MonitModel model)
    {
        if (_changes.IsEmpty) return false;
        _wake.Clear();
        while (_changes.TryDequeue(out var change)) change(model);
        return true;
    }

    public void Dispose() => _wake.Dispose();
}
