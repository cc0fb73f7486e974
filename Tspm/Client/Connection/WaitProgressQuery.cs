using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Client.Connection;

/// <summary>
/// Asks for the state of processes over a second connection while the first one waits for its answer. Stops asking
/// after the first failure, so that it never prolongs the wait.
/// </summary>
internal sealed class WaitProgressQuery(TspmHome home) : IDisposable
{
    /// <summary>The deadline of a request that the daemon answers from memory.</summary>
    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(1);

    DaemonClient? _daemon;
    bool _isOver;

    /// <param name="selectors">The processes; null for all.</param>
    /// <param name="otherwise">The processes to ask for if the selectors match none; null for all.</param>
    /// <returns>Null if the daemon did not answer.</returns>
    public IReadOnlyList<ProcessStatus>? Ask(
        IReadOnlyList<string>? selectors, IReadOnlyList<string>? otherwise)
    {
        if (_isOver) return null;
        try
        {
            _daemon ??= DaemonClient.Connect(home);
            return List(selectors);
        }
        catch (DaemonException unknown) when (unknown.Code == ErrorCode.NoSuchProcess && selectors is not null)
        {
            return Ask(otherwise, null);
        }
        catch (DaemonException)
        {
            Dispose();
            return null;
        }
    }

    /// <summary>Closes the connection and stops asking.</summary>
    public void Dispose()
    {
        _isOver = true;
        _daemon?.Dispose();
        _daemon = null;
    }

    IReadOnlyList<ProcessStatus> List(IReadOnlyList<string>? selectors)
    {
        var request = new ListRequest { Selectors = selectors };
        return _daemon!.Call(Methods.List, request, Deadline).Processes;
    }
}
