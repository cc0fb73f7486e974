using System.Diagnostics;
using System.Text;

namespace Tspm.Tests.Fixtures;

/// <summary>A command that goes on until it is ended: what it has printed so far, and its end.</summary>
internal sealed class RunningCommand : IDisposable
{
    readonly Process _process;
    readonly CancellationToken _cancellation;
    readonly StringBuilder _out = new(), _err = new();

    public RunningCommand(Process process, CancellationToken cancellation)
    {
        (_process, _cancellation) = (process, cancellation);
        process.StandardInput.Close();
        process.OutputDataReceived += (_, line) => Add(_out, line.Data);
        process.ErrorDataReceived += (_, line) => Add(_err, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Pid => _process.Id;

    public string Out => Read(_out);

    public string Err => Read(_err);

    /// <summary>Until standard output holds this.</summary>
    public async Task<string> UntilOut(string text)
    {
        while (!Out.Contains(text, StringComparison.Ordinal))
        {
            // What it printed last comes after its end.
            if (_process.HasExited) await _process.WaitForExitAsync(_cancellation);
            if (_cancellation.IsCancellationRequested
                || (_process.HasExited && !Out.Contains(text, StringComparison.Ordinal)))
                throw new TimeoutException($"'{text}' did not come; stdout: {Out}\nstderr: {Err}");
            await Task.Delay(10);
        }
        return Out;
    }

    public void Signal(int signal) => LiveProcess.Kill(_process.Id, signal);

    /// <summary>Exit code; 128 + signal when one ended it, as a shell says it.</summary>
    public async Task<int> End()
    {
        await _process.WaitForExitAsync(_cancellation);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    static void Add(StringBuilder to, string? line)
    {
        if (line is null) return;
        lock (to) to.Append(line).Append('\n');
    }

    static string Read(StringBuilder from)
    {
        lock (from) return from.ToString();
    }
}
