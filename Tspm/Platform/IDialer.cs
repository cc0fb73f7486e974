using Tspm.Model.Config;

namespace Tspm.Platform;

/// <summary>Connects to programs to check whether they answer. Never blocks the caller.</summary>
internal interface IDialer
{
    /// <summary>
    /// Connects and, if there is a request, sends it and reads the first line of the answer. Calls back once, on any
    /// thread. Disposing cancels the attempt without a call. After the answer, disposing closes the connection, which
    /// until then reads the rest of the answer: a server that is cut off would write an error to its log.
    /// </summary>
    IDisposable Dial(HostPort place, byte[]? request, DialResult told);
}

/// <summary>Receives the result of an attempt to connect.</summary>
/// <param name="problem">
/// A phrase such as "connection refused"; null if the connection was made and the request, if any, was answered.
/// </param>
/// <param name="line">The first line of the answer; empty without a request.</param>
/// <param name="address">The address that was connected to; null if there is none.</param>
internal delegate void DialResult(string? problem, string line, DialedAddress? address);
