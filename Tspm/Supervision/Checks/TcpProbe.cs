using Tspm.Model.Config;
using Tspm.Platform;

namespace Tspm.Supervision.Checks;

/// <summary>Succeeds if the child accepts a connection.</summary>
/// <param name="dialer">Connects.</param>
/// <param name="place">The address to connect to.</param>
/// <param name="judge">Decides whether a good answer counts; null if it always does.</param>
internal sealed class TcpProbe(IDialer dialer, HostPort place, Action<DialedAddress?, Action<string?>>? judge = null)
    : IProbe
{
    public IDisposable Run(Action<string?> answered) => dialer.Dial(place, null, (problem, _, address) =>
    {
        if (problem is not null || judge is null) answered(problem);
        else judge(address, answered);
    });
}
