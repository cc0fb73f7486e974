using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Client.Connection;

/// <summary>
/// Looks at processes over a connection of its own while another one waits for its answer. The first failure is the
/// end of it: whoever waits must not wait longer because of a look.
/// </summary>
internal sealed class SecondLook(TspmHome home) : IDisposable
{
    /// <summary>For what the daemon answers from memory.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    DaemonClient? _daemon;
    bool _isOver;

    /// <param name="selectors">Null: all.</param>
    /// <param name="otherwise">What to look at when they mean nothing; null: all.</param>
    /// <returns>Null when the daemon does not say.</returns>
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

    /// <summary>Nothing is looked at any more.</summary>
    public void Dispose()
    {
        _isOver = true;
        _daemon?.Dispose();
        _daemon = null;
    }

    IReadOnlyList<ProcessStatus> List(IReadOnlyList<string>? selectors)
    {
        var request = new ListRequest { Selectors = selectors };
        return _daemon!.Call(Methods.List, request, Patience).Processes;
    }
}
