using Microsoft.Extensions.Logging;
using Tspm.Platform.Linux;
using Tspm.Storage;
using ZLogger;
using ZLogger.Providers;

namespace Tspm.Daemon;

/// <summary>
/// <c>daemon.log</c>: what the daemon did and why, a line each, written asynchronously by ZLogger. In the foreground
/// the same lines go to standard error. A log that cannot be written is a trouble to report, never a reason to stop
/// supervising.
/// </summary>
internal sealed class DaemonLog : IDisposable
{
    /// <summary>
    /// When the daemon starts and finds its log larger than this, the old one is kept as <c>daemon.log.1</c>.
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
        // The provider itself, no factory: that would bring a dependency injection container along, larger than the
        // daemon's own code.
        _provider = new ZLoggerStreamLoggerProvider(foreground ? new StandardErrorTee(_file) : _file, options);
        Logger = _provider.CreateLogger("tspm");
    }

    public ILogger Logger { get; }

    /// <summary>Why lines are missing at the end of the log; null: none are.</summary>
    public string? Trouble => _trouble;

    /// <summary>The next line goes to the file that is at the path then, made if there is none.</summary>
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
