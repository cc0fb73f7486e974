using Tspm.Model;
using Tspm.Platform;

namespace Tspm.Supervision.Probes;

/// <summary>Does it take connections?</summary>
internal sealed class TcpProbe(IDialer dialer, HostPort place) : IProbe
{
    public IDisposable Look(Action<string?> told) => dialer.Dial(place, null, (problem, _) => told(problem));
}
