using Tspm.Platform;

namespace Tspm.Tests.Daemon;

/// <summary>
/// A listener whose accepted connections can be broken from the daemon's side, without a word, as the kernel does when
/// the daemon is killed.
/// </summary>
internal sealed class BreakableListener(IControlListener inner) : IControlListener
{
    readonly List<IControlChannel> _accepted = [];

    public string? Trouble => inner.Trouble;

    public async ValueTask<IControlChannel> Accept(CancellationToken cancel)
    {
        var channel = await inner.Accept(cancel);
        lock (_accepted) _accepted.Add(channel);
        return channel;
    }

    public void Break()
    {
        List<IControlChannel> accepted;
        lock (_accepted)
        {
            accepted = [.. _accepted];
            _accepted.Clear();
        }
        foreach (var channel in accepted) channel.Dispose();
    }

    public void Dispose() => inner.Dispose();
}
