using Microsoft.Extensions.Logging;
using Tspm.Platform.Linux;
using Tspm.Storage;
using ZLogger;
using ZLogger.Providers;

namespace Tspm.Daemon;

/// <summary>
/// <c>daemon.log</c>: one line for each thing the daemon did, and why, written asynchronously by ZLogger. In the
/// foreground the same lines go to standard error. If the log cannot be written, <c>tspm status</c> reports it, and
/// supervision goes on.
/// </summary>
internal sealed class DaemonLog : IDisposable
{
    /// <summary>
    /// A log that is larger than this when the daemon starts is renamed to <c>daemon.log.1</c>.
    /// </summary>
    const long RotateAtBytes = 10 << 20;

    readonly ZLoggerStreamLoggerProvider _provider;
    readonly LogFileStream _file;
    volatile string? _trouble;

    public DaemonLog(TspmHome home, bool foreground)
    {
        Rotate(home.DaemonLog);
        _file = new LogFileStream(() => OpenLog(home.DaemonLog));
        var options = new ZLoggerOptions
        {
            InternalErrorLogger = e => _trouble = $"daemon.log cannot be written: {Platform.FileSystem.Describe(e)}",
        };
        options.UsePlainTextFormatter(formatter => formatter.SetPrefixFormatter(
            $"{0:utc-longdate} {1:short} ",
                (in MessageTemplate template, in LogInfo info) => template.Format(info.Timestamp, info.LogLevel)));
        // The provider is created directly: a logger factory would pull in a dependency injection container that is
        // larger than the daemon's own code.
        _provider = new ZLoggerStreamLoggerProvider(foreground ? new StandardErrorTee(_file) : _file, options);
        Logger = _provider.CreateLogger("tspm");
    }

    public ILogger Logger { get; }

    /// <summary>Why the last lines are missing from the log; null if none are missing.</summary>
    public string? Trouble => _trouble;

    /// <summary>Opens the path again before the next line, creating the file if it is missing.</summary>
    public void Reopen() => _file.Reopen();

    public void Dispose() => _provider.Dispose();

    Stream OpenLog(string path)
    {
        try
        {
            return new AppendingStream(path) { Written = () => _trouble = null };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _trouble = $"daemon.log cannot be opened: {Platform.FileSystem.Describe(e)}";
            return Stream.Null;
        }
    }

    void Rotate(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > RotateAtBytes })
                File.Move(path, path + ".1", overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _trouble = $"daemon.log cannot be rotated: {Platform.FileSystem.Describe(e)}";
        }
    }
}
