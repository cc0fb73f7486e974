namespace Tspm.Guardian.Contract;

/// <summary>
/// How the guardian starts the daemon: the first word of its command line, and the numbers of its inherited
/// descriptors.
/// </summary>
internal static class DaemonStart
{
    /// <summary>The hidden first word of the daemon.</summary>
    public const string Word = "__daemon";

    /// <summary>The socket on which clients connect.</summary>
    public const int ListenerDescriptor = 3;

    /// <summary>The daemon's end of the channel to its guardian.</summary>
    public const int ChannelDescriptor = 4;

    /// <summary>An optional pipe for the outcome of the start, see <see cref="ReadyPipe"/>.</summary>
    public const int ReadyDescriptor = 5;
}
