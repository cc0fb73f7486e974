using System.Globalization;
using System.Text;
using Tspm.Model.Config;
using Tspm.Platform;

namespace Tspm.Supervision.Checks;

/// <summary>
/// Succeeds if a GET is answered with a status from 200 to 399. It sends one request and reads one status line, and
/// counts a redirect as an answer. SocketsHttpHandler would make up a third of the executable.
/// </summary>
/// <param name="dialer">Connects.</param>
/// <param name="address">The URL to request.</param>
/// <param name="judge">Decides whether a good answer counts; null if it always does.</param>
internal sealed class HttpProbe(
    IDialer dialer, HttpAddress address, Action<DialedAddress?, Action<string?>>? judge = null) : IProbe
{
    const int FirstGood = 200, FirstBad = 400;

    readonly byte[] _request = Encoding.ASCII.GetBytes(
        $"GET {address.Target} HTTP/1.1\r\nHost: {address.Authority}\r\nUser-Agent: tspm\r\nAccept: "
            + "*/*\r\nConnection: close\r\n\r\n");

    public IDisposable Run(Action<string?> answered) => dialer.Dial(address.Place, _request, (problem, line, peer) =>
    {
        problem ??= Judge(line);
        if (problem is not null || judge is null) answered(problem);
        else judge(peer, answered);
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
