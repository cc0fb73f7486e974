using Tspm.Model.Config;

namespace Tspm.Platform;

/// <summary>Connects to programs, to see whether they answer. Never blocks the caller.</summary>
internal interface IDialer
{
    /// <summary>
    /// Connects and, with a request, sends it and takes the first line of the answer. Tells once, on any thread.
    /// Disposing ends it early and silently; after the answer it closes the connection, which until then takes what
    /// else comes: a server that is cut off would complain in its log.
    /// </summary>
    IDisposable Dial(HostPort place, byte[]? request, DialResult told);
}

/// <param name="problem">Null: connected, and with a request answered; else a phrase such as "connection
/// refused".</param>
/// <param name="line">The first line of the answer; empty without a request.</param>
/// <param name="address">Where the connection went; null: there is none.</param>
internal delegate void DialResult(string? problem, string line, DialedAddress? address);
