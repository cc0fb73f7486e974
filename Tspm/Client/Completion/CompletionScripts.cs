namespace Tspm.Client.Completion;

/// <summary>
/// The scripts that make shells complete <c>tspm</c>. They know nothing themselves: they ask the executable, see
/// <see cref="CompletionMain"/>, and so fit each later version too.
/// </summary>
internal static class CompletionScripts
{
    /// <summary>The shells, for messages.</summary>
    public const string Shells = "bash, zsh, fish or powershell";

    /// <returns>Null for another shell.</returns>
    public static string? For(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        "fish" => Fish,
        "powershell" or "pwsh" => PowerShell,
        _ => null,
    };

    const string Bash = """
        # Completion of tspm in bash 4 or later. To install it:
        #   mkdir -p ~/.local/share/bash-completion/completions
        #   tspm completion bash > ~/.local/share/bash-completion/completions/tspm
        # Without the package bash-completion, put this into ~/.bashrc instead: source <(tspm completion bash)
        _tspm() {
            local line
            COMPREPLY=()
            while IFS= read -r line; do
                case $line in
                    @files) compopt -o default ;;
                    +*) compopt -o nospace; COMPREPLY+=("${line:1}") ;;
                    *) COMPREPLY+=("${line:1}") ;;
                esac
            done < <(command tspm __complete bash "$COMP_WORDBREAKS" "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
        }
        complete -F _tspm tspm

        """;

    const string Zsh = """
        #compdef tspm
        # Completion of tspm in zsh. To install it, write it into a folder of $fpath:
        #   mkdir -p ~/.zfunc && tspm completion zsh > ~/.zfunc/_tspm
        # and have these lines in ~/.zshrc:
        #   fpath=(~/.zfunc $fpath)
        #   autoload -Uz compinit && compinit
        _tspm() {
            local line ret=1
            local -a whole begun
            while IFS= read -r line; do
                case $line in
                    @files) _files && ret=0 ;;
                    +*) begun+=("${line:1}") ;;
                    *) whole+=("${line:1}") ;;
                esac
            done < <(command tspm __complete zsh $((CURRENT - 2)) "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)
            (( $#whole )) && _describe -t tspm tspm whole && ret=0
            (( $#begun )) && _describe -t tspm tspm begun -S '' && ret=0
            return ret
        }
        if [[ ${funcstack[1]} == _tspm ]]; then _tspm "$@"; else compdef _tspm tspm; fi

        """;

    const string Fish = """
        # Completion of tspm in fish. To install it:
        #   mkdir -p ~/.config/fish/completions && tspm completion fish > ~/.config/fish/completions/tspm.fish
        function __tspm_complete
            set -l before (commandline -opc)
            set -e before[1]
            set -l word (commandline -ct)
            for line in (command tspm __complete fish (count $before) $before "$word" 2>/dev/null)
                if test "$line" = @files
                    __fish_complete_path "$word"
                else
                    string sub -s 2 -- $line
                end
            end
        end
        complete -c tspm -e
        complete -c tspm -f -a '(__tspm_complete)'

        """;

    const string PowerShell = """
        # Completion of tspm in PowerShell. To install it, add this line to the file $PROFILE:
        #   tspm completion powershell | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName tspm -ScriptBlock {
            param($word, $line, $cursor)
            $before = @($line.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursor } |
                ForEach-Object { if ($_.Value -is [string]) { $_.Value } else { $_.Extent.Text } })
            tspm __complete powershell $before.Count @before $word 2>$null | ForEach-Object {
                if ($_ -eq '@files') { [System.Management.Automation.CompletionCompleters]::CompleteFilename($word) }
                else {
                    $text, $help = $_.Substring(1) -split "`t", 2
                    $typed = if ($text -match "[\s'`"``$;,|&(){}<>@#]") { "'" + $text.Replace("'", "''") + "'" } else { $text }
                    [System.Management.Automation.CompletionResult]::new(
                        $typed, $text, 'ParameterValue', $(if ($help) { $help } else { $text }))
                }
            }
        }

        """;
}
