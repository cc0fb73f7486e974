using Tspm.Model.State;
using Tspm.Platform;

namespace Tspm.Tests.Supervision;

/// <summary>Notification sockets that the guardian keeps: what is said while no daemon lives waits.</summary>
internal sealed class FakeNotifySockets : INotifySockets
{
    readonly Dictionary<ulong, NotifyHeard> _heard = [];
    readonly Dictionary<ulong, Queue<(int Pid, string Text)>> _waiting = [];

    /// <summary>The present supervisor's.</summary>
    public Action<Action> Post { get; set; } = static _ => throw new InvalidOperationException("no daemon");

    public IReadOnlyCollection<ulong> Open => _waiting.Keys;

    public string NameOf(ulong runId) => $"@fake/{runId}";

    IDisposable? INotifySockets.Open(ulong runId, NotifyHeard heard, out SpawnFailure? failure)
    {
        failure = null;
        _heard[runId] = heard;
        if (!_waiting.TryAdd(runId, []))
        {
            while (_waiting[runId].TryDequeue(out var message)) Post(() => heard(message.Pid, 0, message.Text));
        }
        return new Ending(this, runId);
    }

    /// <summary>The daemon is dead; the sockets live.</summary>
    public void KillDaemon() => _heard.Clear();

    public void Say(ulong runId, int pid, string text)
    {
        if (_heard.TryGetValue(runId, out var heard)) heard(pid, 0, text);
        else _waiting[runId].Enqueue((pid, text));
    }

    sealed class Ending(FakeNotifySockets owner, ulong runId) : IDisposable
    {
        public void Dispose()
        {
            owner._heard.Remove(runId);
            owner._waiting.Remove(runId);
        }
    }
}
