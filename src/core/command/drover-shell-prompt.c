/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-shell-private.h"

/* What stands before a command in a transcript. No prompt is longer than this: a bound keeps
 * the search for its end from going through a whole line. */
#define MAX_PROMPT 160

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

static gsize
skip_blanks (const char *text, gsize length, gsize pos)
{
  while (pos < length && is_blank (text[pos]))
    pos++;
  return pos;
}

static gsize
skip_word (const char *text, gsize length, gsize pos)
{
  while (pos < length && !is_blank (text[pos]) && text[pos] != '\n' && text[pos] != '\r')
    pos++;
  return pos;
}

/**
 * drover_shell_is_qemu:
 * @word: a word, maybe the path of a program
 * @length: its bytes
 *
 * Returns: whether it is called as QEMU's system emulators are, also on Windows
 */
gboolean
drover_shell_is_qemu (const char *word, gsize length)
{
  static const char *const aliases[] = { "qemu-kvm", "kvm", "qemu" };
  static const char prefix[] = "qemu-system-";
  gsize start = length;

  while (start > 0 && word[start - 1] != '/' && word[start - 1] != '\\')
    start--;
  word += start;
  length -= start;
  if (length > 4 && g_ascii_strncasecmp (word + length - 4, ".exe", 4) == 0)
    length -= 4;

  for (guint i = 0; i < G_N_ELEMENTS (aliases); i++)
    if (strlen (aliases[i]) == length && strncmp (word, aliases[i], length) == 0)
      return TRUE;

  return length > strlen (prefix) && strncmp (word, prefix, strlen (prefix)) == 0 &&
         g_ascii_isalnum (word[strlen (prefix)]);
}

static gboolean
is_qemu_at (const char *text, gsize length, gsize pos)
{
  static const char *const wrappers[] = { "sudo ", "exec ", "env ", "doas " };

  for (guint i = 0; i < G_N_ELEMENTS (wrappers); i++)
    if (length - pos > strlen (wrappers[i]) &&
        strncmp (text + pos, wrappers[i], strlen (wrappers[i])) == 0)
      pos = skip_blanks (text, length, pos + strlen (wrappers[i]));

  return drover_shell_is_qemu (text + pos, skip_word (text, length, pos) - pos);
}

static gboolean
is_qemu_with_option (const char *text, gsize length, gsize pos)
{
  gsize end = skip_word (text, length, pos);
  gsize option = skip_blanks (text, length, end);

  return drover_shell_is_qemu (text + pos, end - pos) && option > end && option < length &&
         (text[option] == '-' || text[option] == '\\');
}

/* The blanks after a prompt that ends at @end, which must be there. */
static gsize
end_prompt (const char *text, gsize length, gsize end)
{
  gsize after = skip_blanks (text, length, end);

  return after > end ? after : 0;
}

static gboolean
ends_like_prompt (const char *text, gsize end)
{
  return end > 0 && text[end - 1] != '\0' && strchr ("$#%>", text[end - 1]) != NULL;
}

/* `[root@host ~]# ` */
static gsize
match_brackets (const char *text, gsize length)
{
  const char *close = memchr (text, ']', length);
  gsize end = close != NULL ? (gsize) (close - text) + 2 : 0;

  if (text[0] != '[' || end == 0 || end > length || (text[end - 1] != '$' && text[end - 1] != '#') ||
      memchr (text, '\n', end) != NULL)
    return 0;

  return end_prompt (text, length, end);
}

/* `user@host:~$ `, zsh's `user@host ~ % ` */
static gsize
match_user (const char *text, gsize length)
{
  gsize end = skip_word (text, length, 0);

  if (memchr (text, '@', end) == NULL || strchr ("@-/", text[0]) != NULL)
    return 0;
  for (gsize i = 0; i < end; i++)
    if (strchr ("=\"'\\", text[i]) != NULL)
      return 0;

  for (guint n_words = 0; n_words < 3; n_words++)
    {
      if (ends_like_prompt (text, end))
        return end_prompt (text, length, end);
      end = skip_word (text, length, skip_blanks (text, length, end));
    }

  return 0;
}

/* `host$ `, `bash-5.2# `, `~/images$ ` */
static gsize
match_word (const char *text, gsize length)
{
  gsize n = 0;

  while (n < length && (g_ascii_isalnum (text[n]) || strchr ("._~/:-", text[n]) != NULL))
    n++;
  if (n == 0 || n >= length || (text[n] != '$' && text[n] != '#'))
    return 0;

  return end_prompt (text, length, n + 1);
}

/* `C:\qemu>`, `PS C:\qemu> ` */
static gsize
match_windows (const char *text, gsize length)
{
  gsize start = length > 3 && strncmp (text, "PS ", 3) == 0 ? 3 : 0;

  if (length < start + 4 || !g_ascii_isalpha (text[start]) || text[start + 1] != ':' ||
      text[start + 2] != '\\')
    return 0;

  for (gsize i = start + 3; i < length && text[i] != '\n' && text[i] != '"'; i++)
    {
      if (text[i] == '>')
        return skip_blanks (text, length, i + 1);
      if ((text[i] == '-' && is_blank (text[i - 1])) ||
          (text[i] == '.' && g_ascii_strncasecmp (text + i, ".exe", MIN (4, length - i)) == 0))
        return 0;
    }

  return 0;
}

/* `$ `, and arrows that decorated shells have */
static gsize
match_sign (const char *text, gsize length)
{
  static const char *const signs[] = { "$", "%", "❯", "➜", "λ", "→" };

  for (guint i = 0; i < G_N_ELEMENTS (signs); i++)
    {
      gsize n = strlen (signs[i]);

      if (length > n && strncmp (text, signs[i], n) == 0)
        return end_prompt (text, length, n);
    }

  return 0;
}

/* `~ # `, `host> `, `=> `, `dir ❯ `: a few plain words that end in a sign, before QEMU with an
 * option. */
static gsize
match_words_before_qemu (const char *text, gsize length)
{
  static const char *const signs[] = { "$", "#", "%", ">", "❯", "➜", "λ", "»" };
  gsize end = 0;

  for (guint n_words = 0; n_words < 4 && text[0] != '#'; n_words++)
    {
      gsize start = skip_blanks (text, length, end);
      gsize after;

      end = skip_word (text, length, start);
      for (gsize i = start; i < end; i++)
        if (strchr ("\"'`\\;|&(){}<", text[i]) != NULL)
          return 0;
      after = skip_blanks (text, length, end);
      for (guint i = 0; after > end && i < G_N_ELEMENTS (signs); i++)
        {
          gsize n = strlen (signs[i]);

          if (end - start >= n && strncmp (text + end - n, signs[i], n) == 0 &&
              is_qemu_with_option (text, length, after))
            return after;
        }
    }

  return 0;
}

/* What is a prompt only when QEMU comes after it: a quotation's `> `, a make recipe's `@`, and
 * the superuser's `# `, which else begins a comment. */
static gsize
match_before_qemu (const char *text, gsize length, gboolean hash)
{
  gsize after;

  after = match_words_before_qemu (text, length);
  if (after > 0)
    return after;
  if (length < 2 || (strchr (">@", text[0]) == NULL && !(hash && text[0] == '#')))
    return 0;

  after = skip_blanks (text, length, 1);
  return is_qemu_at (text, length, after) ? after : 0;
}

/**
 * drover_shell_match_prompt:
 * @text: where a command begins, on a line of its own
 * @length: its bytes
 * @hash: whether `# ` before QEMU is a prompt, and not a comment
 *
 * Returns: the bytes of a prompt, the blanks after it included, or 0
 */
gsize
drover_shell_match_prompt (const char *text, gsize length, gboolean hash)
{
  gsize (*const matchers[]) (const char *, gsize) = { match_sign, match_windows, match_brackets,
                                                      match_user, match_word };
  gsize n;

  length = MIN (length, MAX_PROMPT);
  if (length == 0 || text[0] == '\0')
    return 0;

  n = match_before_qemu (text, length, hash);
  for (guint i = 0; n == 0 && i < G_N_ELEMENTS (matchers); i++)
    n = matchers[i] (text, length);

  return n;
}
