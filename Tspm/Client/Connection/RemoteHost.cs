using Tspm.Client.CommandLine;
using Tspm.Client.Terminal;
using Tspm.Storage;

namespace Tspm.Client.Connection;

/// <summary>Another machine whose daemon is used, through the user's own ssh.</summary>
/// <param name="Target">USER@HOST or HOST, as ssh accepts it.</param>
/// <param name="Port">Null for the port in ssh's own configuration.</param>
internal sealed record RemoteHost(string Target, string? Port)
{
    const string Scheme = "ssh://";

    /// <summary>
    /// Whether ssh must neither print on the terminal nor ask questions there, because a program draws on it.
    /// </summary>
    public bool IsSilent { get; init; }

    /// <summary>Determines the machine from <c>-H</c> or TSPM_HOST.</summary>
    /// <returns>Null for this machine.</returns>
    /// <exception cref="UsageException">The address is not valid.</exception>
    public static RemoteHost? Choose(string? flag, TspmHome home)
    {
        var (given, from) = (flag, "--host");
        if (given is null) (given, from) = (Environment.GetEnvironmentVariable("TSPM_HOST"), "TSPM_HOST");
        if (string.IsNullOrEmpty(given)) return null;
        if (!given.Contains(':') && SettingsFile.Read(home, out _).Hosts is { } hosts
            && hosts.TryGetValue(given, out var named)) (given, from) = (named, $"hosts.{given} of settings.json");
        return Parse(given)
            ?? throw new UsageException($"{from}: '{ControlText.Escape(given)}' is not a valid address; expected "
                + "ssh://[USER@]HOST[:PORT], or a name from 'hosts' in settings.json");
    }

    /// <summary>
    /// Parses <c>ssh://[user@]host[:port]</c>. Rejects everything that ssh could take for an option, or a shell for a
    /// command.
    /// </summary>
    /// <returns>Null if the address is not valid.</returns>
    public static RemoteHost? Parse(string address)
    {
        if (!address.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return null;
        var rest = address[Scheme.Length..].TrimEnd('/');
        string? port = null;
        // The port's colon comes after the closing bracket of an IPv6 address.
        var colon = rest.LastIndexOf(':');
        if (colon > rest.LastIndexOf(']'))
        {
            port = rest[(colon + 1)..];
            rest = rest[..colon];
            if (!ushort.TryParse(port, System.Globalization.NumberStyles.None, null, out var number) || number == 0)
                return null;
        }
        rest = rest.Replace("[", "").Replace("]", "");
        if (rest.Length == 0 || rest[0] is '-' or '@' || rest[^1] == '@') return null;
        foreach (var letter in rest)
            if (!char.IsAsciiLetterOrDigit(letter) && !"@.-_:%+".Contains(letter)) return null;
        return rest.Contains("@-", StringComparison.Ordinal) ? null : new RemoteHost(rest, port);
    }

    /// <summary>The addresses of the hosts that a configuration of ssh names (man 5 ssh_config, Host).</summary>
    public static List<string> NamesIn(string sshConfig)
    {
        var found = new List<string>();
        foreach (var line in sshConfig.Split('\n', StringSplitOptions.TrimEntries))
        {
            var words = line.Split([' ', '\t', '='], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || !words[0].Equals("Host", StringComparison.OrdinalIgnoreCase)) continue;
            foreach (var host in words.AsSpan(1))
                if (Parse(Scheme + host) is not null) found.Add(Scheme + host);
        }
        return found;
    }

    public override string ToString() => Port is null ? Target : $"{Target}:{Port}";
}
