using Tspm.Model.Config;
using Tspm.Platform;

namespace Tspm.Supervision.Checks;

/// <summary>Does it take connections?</summary>
/// <param name="dialer">Connects.</param>
/// <param name="place">Where to.</param>
/// <param name="judge">Says what a good answer is worth; null: it counts.</param>
internal sealed class TcpProbe(IDialer dialer, HostPort place, Action<DialedAddress?, Action<string?>>? judge = null)
    : IProbe
{
    public IDisposable Look(Action<string?> told) => dialer.Dial(place, null, (problem, _, address) =>
    {
        if (problem is not null || judge is null) told(problem);
        else judge(address, told);
    });
}
