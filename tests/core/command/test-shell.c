/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-error.h"
#include "drover-shell.h"
#include "drover-test.h"
#include "shell-laws.h"

/* A parsed text as a line each for its commands: words in brackets, `$` before a variable, `!`
 * before a substitution; `=` begins the assignments, `-` what was dropped, `@` an array. */

static void
dump_words (GString *dump, const char *prefix, GPtrArray *words)
{
  for (guint i = 0; i < words->len; i++)
    {
      const DroverShellWord *word = words->pdata[i];

      g_string_append_printf (dump, "%s[", prefix);
      for (guint j = 0; j < word->pieces->len; j++)
        {
          const DroverShellPiece *piece = word->pieces->pdata[j];

          if (piece->kind == DROVER_SHELL_LITERAL)
            g_string_append (dump, piece->text);
          else
            g_string_append_printf (dump, "%s%s%s%s}",
                                    piece->kind == DROVER_SHELL_VARIABLE ? "{$" : "{!",
                                    piece->text, piece->otherwise != NULL ? "|" : "",
                                    piece->otherwise != NULL ? piece->otherwise : "");
        }
      g_string_append (dump, "]");
    }
}

static char *
dump (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) commands = drover_shell_parse (text, -1, &error);
  GString *dump = g_string_new (NULL);

  g_assert_no_error (error);
  shell_check_commands (commands, strlen (text));
  for (guint i = 0; i < commands->len; i++)
    {
      const DroverShellCommand *command = commands->pdata[i];

      g_string_append (dump, i > 0 ? "\n" : "");
      g_string_append (dump, command->is_array ? "@" : "");
      dump_words (dump, "=", command->assignments);
      dump_words (dump, "", command->words);
      dump_words (dump, "-", command->dropped);
    }

  return g_string_free_and_steal (dump);
}

static const struct
{
  const char *text;
  const char *expected;
} fixtures[] = {
  /* words and quotes */
  { "", "" },
  { " \n\t\n", "" },
  { "a b  c\td", "[a][b][c][d]" },
  { "a 'b c' \"d e\" f\\ g", "[a][b c][d e][f g]" },
  { "a '' \"\" x''y", "[a][][][xy]" },
  { "a \"\\$b \\\"c\\\" \\\\ \\x\"", "[a][$b \"c\" \\ \\x]" },
  { "a 'it'\\''s'", "[a][it's]" },
  { "a $'x\\ty\\n\\x41\\101\\u00e9\\'\\q'", "[a][x\ty\nAA\xc3\xa9'\\q]" },
  { "a $'\\18\\x414'", "[a][\x01" "8A4]" },
  { "a $\"b\" \\\"c", "[a][b][\"c]" },
  { "a ä=✓,ü", "[a][ä=✓,ü]" },
  { "a \\é", "[a][é]" },
  { "a '{\"driver\":\"raw\"}'", "[a][{\"driver\":\"raw\"}]" },
  { "a b#c # d 'e", "[a][b#c]" },
  { "# all of it's a comment", "" },
  { "a '# b'", "[a][# b]" },

  /* lines */
  { "a \\\n  b", "[a][b]" },
  { "a \\   \n  b \\\t\r\n c", "[a][b][c]" },
  { "a\\\nb", "[ab]" },
  { "a 'b\\\nc' \"d\\\ne\"", "[a][b\\\nc][de]" },
  { "a \\", "[a][\\]" },
  { "a \\\n", "[a]" },
  { "a \\\n\\\n b", "[a][b]" },
  { "a b\r\nc\r\n", "[a][b]\n[c]" },
  { "a # b \\\nc", "[a]\n[c]" },
  { "\xef\xbb\xbf" "a b", "[a][b]" },

  /* commands and what is not theirs */
  { "a;b&&c||d\ne", "[a]\n[b]\n[c]\n[d]\n[e]" },
  { "a & b", "[a]-[&]\n[b]" },
  { "a > x 2>&1 < y >>z &>w 3<>v b", "[a][b]-[> x]-[2>&1]-[< y]-[>>z]-[&>w]-[3<>v]" },
  { "a 2 >x", "[a][2]-[>x]" },
  { "a 3&>x", "[a][3]-[&>x]" },
  { "a <<<b c", "[a][c]-[<<<b]" },
  { "a b | c d\n e", "[a][b]-[| c d]\n[c][d]-[a b |]\n[e]" },
  { "a b |", "[a][b]-[|]" },
  { "a <b > c", "[a]-[<b]-[> c]" },
  { "a \\\n>b", "[a]-[>b]" },
  { "a\r", "[a]" },
  { "a $(b \\) c) ${D:-'}'} e", "[a][{!$(b \\) c)}][{$D|'}'}][e]" },
  { "a |\n b", "[a]-[|\n b]\n[b]-[a |]" },
  { "if a; then b; fi", "[if][a]\n[then][b]\n[fi]" },
  { "f() {\n a b\n}", "[f]\n[{]\n[a][b]\n[}]" },
  { "(a b) (label x)", "[a][b]\n[label][x]" },
  { "A=1 B='x y' a C=2", "=[A=1]=[B=x y][a][C=2]" },
  { "A=1\nB+=2", "=[A=1]\n=[B+=2]" },
  { "a=( b 'c d' # e\n f\\\n g ) h", "@=[a=][b][c d][f][g]\n[h]" },
  { "local -a a=(b)", "[local][-a]\n@=[a=][b]" },
  { "a+=(b;c)", "@=[a+=][b][c]" },
  { "a <<X\nit's b\nX\nc", "[a]-[<<X]\n[c]" },
  { "a <<-'X Y' b\nit's\n\tX Y\nc", "[a][b]-[<<-'X Y']\n[c]" },
  { "a <<X\n\tX\nb\nX\nc", "[a]-[<<X]\n[c]" },
  { "a <<X", "[a]-[<<X]" },
  { "a <<X\nqemu-kvm -m 1\nX\n", "[a]-[<<X]\n[qemu-kvm][-m][1]" },
  { "a <<X\nqemu 'b\nX\nc", "[a]-[<<X]\n[c]" },

  /* variables and substitutions */
  { "a $B ${C} \"$D e\" x${F}y", "[a][{$B}][{$C}][{$D} e][x{$F}y]" },
  { "a ${B:-c d} ${B-c} ${B:=c} ${B:?c}", "[a][{$B|c d}][{$B|c}][{$B|c}][{$B}]" },
  { "a ${B:-} \"${B:-it's}\"", "[a][{$B|}][{$B|it's}]" },
  { "a ${B%.*} ${#B} ${!B} ${B:+c} ${}",
    "[a][{!${B%.*}}][{!${#B}}][{!${!B}}][{!${B:+c}}][{!${}}]" },
  { "a \"${B[@]}\" ${B[*]}", "[a][{$B[@]}][{$B[*]}]" },
  { "a $1 $12 $@ $$ $ b$", "[a][{$1}][{$1}2][{$@}][{$$}][$][b$]" },
  { "a $(b \"c )\" $(d)) `e` $((1+2)) <(f)",
    "[a][{!$(b \"c )\" $(d))}][{!`e`}][{!$((1+2))}][{!<(f)}]" },
  { "a \"$(b \"c\")\" x=$(<y)", "[a][{!$(b \"c\")}][x={!$(<y)}]" },
  { "a \\$B '$C'", "[a][$B][$C]" },

  /* prompts */
  { "$ a b", "[a][b]-[$ ]" },
  { "$ a \\\n> -b \\\n> c", "[a][-b][c]-[$ ]" },
  { "a \\\n> -b", "[a][-b]" },
  { "a \\\n > b", "[a]-[> b]" },
  { "u@h:~/x$ a", "[a]-[u@h:~/x$ ]" },
  { "u@h ~ % a", "[a]-[u@h ~ % ]" },
  { "[u@h ~]# a", "[a]-[[u@h ~]# ]" },
  { "host$ a\n  bash-5.2# b", "[a]-[host$ ]\n[b]-[bash-5.2# ]" },
  { "# qemu-kvm a\n# b", "[qemu-kvm][a]-[# ]" },
  { "# qemu-kvm 'a\n b'", "[qemu-kvm][a\n b]-[# ]" },
  { "# qemu-kvm a\nqemu-kvm b", "[qemu-kvm][b]" },
  { "# qemu-kvm a\nQ=qemu-kvm", "[qemu-kvm][a]-[# ]\n=[Q=qemu-kvm]" },
  { "> qemu-kvm a", "[qemu-kvm][a]-[> ]" },
  { "> b a", "[a]-[> b]" },
  { "\t@qemu-kvm a", "[qemu-kvm][a]-[@]" },
  { "```sh\nqemu-kvm a\n```\n", "[qemu-kvm][a]" },

  /* Windows */
  { "q.exe ^\r\n -a \"C:\\x y\\z\" ^\r\n b^&c %D% & rem it\r\n:: e",
    "[q.exe][-a][C:\\x y\\z][b&c][{$D}]-[&]" },
  { "q ^\n \"a\\\"b\" \"c\\\\\" d\\\\e \"f\"\"g\" %~dp0x %1 5%",
    "[q][a\"b][c\\][d\\\\e][f\"g][{!%~dp0}x][{!%1}][5%]" },
  { "C:\\q> q.exe 'a b'", "[q.exe]['a][b']-[C:\\q> ]" },
  { "C:\\q\\q.exe -m 1 > x", "[C:\\q\\q.exe][-m][1]-[> x]" },
  { "PS C:\\q> q.exe `\n>> -a 'b''c' \"d`\"$e\" $env:F",
    "[q.exe][-a][b'c][d\"{$e}][{$F}]-[PS C:\\q> ]" },
  { "q `\n  -a x", "[q][-a][x]" },
};

static void
test_fixtures (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (fixtures); i++)
    {
      g_autofree char *actual = NULL;

      g_test_message ("%s", fixtures[i].text);
      actual = dump (fixtures[i].text);
      g_assert_cmpstr (actual, ==, fixtures[i].expected);
    }
}

static const struct
{
  const char *text;
  const char *message;
} broken[] = {
  { "a 'b", "Line 1, column 3 (byte 2): this single quote is never closed" },
  { "ä\n  é \"b\nc", "Line 2, column 5 (byte 8): this double quote is never closed" },
  { "a $'b", "Line 1, column 4 (byte 3): this single quote is never closed" },
  { "a $(b", "Line 1, column 4 (byte 3): “$(” is never closed" },
  { "a ${b", "Line 1, column 4 (byte 3): “${” is never closed" },
  { "a `b", "Line 1, column 3 (byte 2): this backtick is never closed" },
  { "a=(b", "Line 1, column 3 (byte 2): this parenthesis is never closed" },
  { "a <(b", "Line 1, column 4 (byte 3): this parenthesis is never closed" },
  { "a > 'b", "Line 1, column 5 (byte 4): this single quote is never closed" },
  { "a $'\\xff'", "Line 1, column 3 (byte 2): the escapes give a NUL, or what is not UTF-8" },
  { "a $'\\0'", "Line 1, column 3 (byte 2): the escapes give a NUL, or what is not UTF-8" },
  { "a\n\xff", "Line 2, column 1 (byte 2): the text is not valid UTF-8" },
};

static void
test_broken (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (drover_shell_parse (broken[i].text, -1, &error));
      g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
      g_assert_cmpstr (error->message, ==, broken[i].message);
    }
}

static void
test_nul (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (drover_shell_parse ("a b\0c", 5, &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
  g_assert_cmpstr (error->message, ==,
                   "Line 1, column 4 (byte 3): a NUL byte, which no command can have");
}

/* A text need not end in NUL: what follows it is not read. */
static void
test_length (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) commands = drover_shell_parse ("a b' c", 3, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (commands->len, ==, 1);
  g_assert_cmpuint (((DroverShellCommand *) commands->pdata[0])->words->len, ==, 2);
}

static const char *const lines[][8] = {
  { "qemu-system-x86_64", "-m", "1G", "-append", "console=ttyS0 root=/dev/vda", NULL },
  { "q", "", "a'b", "a\"b", "$HOME", "`x`", "a\\", NULL },
  { "q", "a\nb", "# qemu-kvm", "a\n# qemu-kvm -x", "x^\ny", "x`\ny", NULL },
  { "A=b", "C=d", "%PATH%", "q.exe", "C:\\x", "*.iso", "~/x", NULL },
  { "a@b%", "x", "#", ">", "&", "a=(", ")", NULL },
  { "q.exe", "'", "C:\\x", "%A%", NULL },
  { "$", "a", NULL },
  { "", NULL },
  { "q", "é ✓", "\t", "\r", "\r\n", NULL },
};

static void
test_round_trip (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    shell_check_round_trip (lines[i]);
}

/* Only what needs quotes gets them. */
static void
test_quote (void)
{
  g_autofree char *plain = drover_shell_quote ("file=/a/b.qcow2,if=virtio");
  g_autofree char *blank = drover_shell_quote ("a b");
  g_autofree char *empty = drover_shell_quote ("");

  g_assert_cmpstr (plain, ==, "file=/a/b.qcow2,if=virtio");
  g_assert_cmpstr (blank, ==, "'a b'");
  g_assert_cmpstr (empty, ==, "''");
}

/* Texts that would take hours, or all of the stack, if any step looked back: the test program's
 * time limit is the measure. */
static void
test_large (void)
{
  static const struct
  {
    const char *unit;
    gboolean is_fine;
  } units[] = {
    { "a b\n", TRUE },     { "a", TRUE },      { "a|", TRUE },        { "a\n", TRUE },
    { "$(", FALSE },      { "${", FALSE },     { "`", TRUE },         { "'", TRUE },
    { "\"", TRUE },       { "a \\\n", TRUE },  { "\\ ", TRUE },       { "# qemu ", TRUE },
    { "# qemu\n", TRUE }, { "(", TRUE },       { "a=(", TRUE },       { "<<a\n", TRUE },
    { "$a", TRUE },       { "\"$('${x'", FALSE }, { "> ", TRUE },     { "a@b ", TRUE },
    { "${'", FALSE },     { "[", TRUE },       { "q.exe ^\n", TRUE }, { "<<X\nqemu\nX\n", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GPtrArray) commands = NULL;
      g_autoptr (GError) error = NULL;

      while (text->len < (i == 0 ? 5000000 : 500000))
        g_string_append (text, units[i].unit);
      g_test_message ("%s", units[i].unit);
      commands = drover_shell_parse (text->str, text->len, &error);
      g_assert_true (commands != NULL || error != NULL);
      if (!units[i].is_fine)
        g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
    }
}

int
main (int argc, char *argv[])
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/shell/fixtures", test_fixtures);
  g_test_add_func ("/shell/broken", test_broken);
  g_test_add_func ("/shell/nul", test_nul);
  g_test_add_func ("/shell/length", test_length);
  g_test_add_func ("/shell/round-trip", test_round_trip);
  g_test_add_func ("/shell/quote", test_quote);
  g_test_add_func ("/shell/large", test_large);
  return drover_test_run ();
}
