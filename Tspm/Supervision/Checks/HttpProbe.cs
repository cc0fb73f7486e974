using System.Globalization;
using System.Text;
using Tspm.Model.Config;
using Tspm.Platform;

namespace Tspm.Supervision.Checks;

/// <summary>
/// Is a GET answered with a status from 200 to 399? Our own few lines instead of the framework's client, which would be
/// a third of the executable: one request, one status line; a redirect is not followed, it is an answer.
/// </summary>
/// <param name="dialer">Connects.</param>
/// <param name="address">What to ask for.</param>
/// <param name="judge">Says what a good answer is worth; null: it counts.</param>
internal sealed class HttpProbe(
    IDialer dialer, HttpAddress address, Action<DialedAddress?, Action<string?>>? judge = null) : IProbe
{
    const int FirstGood = 200, FirstBad = 400;

    readonly byte[] _request = Encoding.ASCII.GetBytes(
        $"GET {address.Target} HTTP/1.1\r\nHost: {address.Authority}\r\nUser-Agent: tspm\r\nAccept: "
            + "*/*\r\nConnection: close\r\n\r\n");

    public IDisposable Look(Action<string?> told) => dialer.Dial(address.Place, _request, (problem, line, peer) =>
    {
        problem ??= Judge(line);
        if (problem is not null || judge is null) told(problem);
        else judge(peer, told);
    });

    /// <summary>RFC 9112, section 4: HTTP/1.1 SP code SP reason.</summary>
    static string? Judge(string line)
    {
        var isHttp = line.Length >= 12 && line.StartsWith("HTTP/", StringComparison.Ordinal) && line[8] == ' ';
        if (!isHttp
            || !int.TryParse(line.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture,
                out var status)) return "the answer is not HTTP";
        return status is >= FirstGood and < FirstBad
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"status {status}");
    }
}
