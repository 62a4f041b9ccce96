/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <string.h>

#include "drover-command-text.h"
#include "drover-document.h"
#include "drover-json.h"

/* The laws of the command text, for the unit test and for the fuzzer. */

static char *
law_argument_to_text (DroverArgument *argument)
{
  g_autoptr (JsonNode) node = drover_argument_to_json (argument);

  return drover_json_to_text (node, FALSE);
}

static void
law_assert_same_arguments (GPtrArray *found, GPtrArray *expected, const char *text)
{
  for (guint i = 0; i < MAX (found->len, expected->len); i++)
    {
      g_autofree char *a = i < found->len ? law_argument_to_text (found->pdata[i]) : NULL;
      g_autofree char *b = i < expected->len ? law_argument_to_text (expected->pdata[i]) : NULL;

      if (g_strcmp0 (a, b) != 0)
        g_error ("Read: argument %u came out as %s and not as %s, from:\n%s", i, a, b, text);
    }
}

/* What @flag and @value are as words of the command line. */
static char *
law_dup_argv (GPtrArray *arguments)
{
  g_autoptr (DroverDocument) document = drover_document_new ("law", "law");
  g_autoptr (DroverDocument) with = drover_document_with_arguments (document, arguments);
  g_auto (GStrv) argv = drover_document_dup_argv (with);

  return g_strjoinv ("\n", argv);
}

/* Every byte of a value has one token, in order, and its place in the text is not empty. */
static void
law_check_tokens (const char *text, GArray *tokens, GPtrArray *arguments)
{
  g_autofree gsize *covered = g_new0 (gsize, arguments->len);
  gsize at = 0;

  for (guint i = 0; i < tokens->len; i++)
    {
      const DroverToken *token = &g_array_index (tokens, DroverToken, i);

      g_assert_cmpuint (token->start, >=, at);
      g_assert_cmpuint (token->end, >, token->start);
      g_assert_cmpuint (token->end, <=, strlen (text));
      g_assert_true (g_utf8_validate_len (text + token->start, token->end - token->start, NULL));
      g_assert_cmpint (token->argument, <, (int) arguments->len);
      at = token->end;
      if (token->argument < 0 || token->value_end == 0)
        continue;

      g_assert_cmpuint (token->value_start, ==, covered[token->argument]);
      g_assert_cmpuint (token->value_end, >, token->value_start);
      covered[token->argument] = token->value_end;
    }

  for (guint i = 0; i < arguments->len; i++)
    {
      const char *value = drover_argument_get_value (arguments->pdata[i]);

      g_assert_cmpuint (covered[i], ==, value != NULL ? strlen (value) : 0);
    }
}

static void
law_assert_same_tokens (GArray *found, GArray *expected, const char *text)
{
  g_assert_cmpuint (found->len, ==, expected->len);
  for (guint i = 0; i < found->len; i++)
    {
      const DroverToken *a = &g_array_index (found, DroverToken, i);
      const DroverToken *b = &g_array_index (expected, DroverToken, i);

      if (a->kind != b->kind || a->start != b->start || a->end != b->end ||
          a->argument != b->argument || a->value_start != b->value_start ||
          a->value_end != b->value_end)
        g_error ("Tokens: number %u is %d from %zu to %zu and not %d from %zu to %zu, of:\n%s", i,
                 a->kind, a->start, a->end, b->kind, b->start, b->end, text);
    }
}

/* A text that is made of arguments is read as the same ones, and nothing of them is lost even
 * where it is not known what they were. */
static void
command_text_check_arguments (const char *program, GPtrArray *arguments)
{
  g_autoptr (DroverCommandText) made = drover_command_text_new (program, arguments);
  g_autoptr (GArray) tokens = drover_command_text_tokenise (made->text, arguments);
  g_autoptr (GPtrArray) read = NULL;
  g_autoptr (GPtrArray) alone = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *read_program = NULL;
  g_autofree char *alone_program = NULL;
  gsize start;
  gsize end;

  if (!drover_command_text_parse (made->text, arguments, &read_program, &read, &start, &end,
                                  &error))
    g_error ("Read: %s, at %zu of:\n%s", error->message, start, made->text);
  g_assert_cmpstr (read_program, ==, program);
  law_assert_same_arguments (read, arguments, made->text);
  law_check_tokens (made->text, made->tokens, arguments);
  law_assert_same_tokens (tokens, made->tokens, made->text);

  if (drover_command_text_parse (made->text, NULL, &alone_program, &alone, &start, &end, NULL))
    {
      g_autofree char *before = law_dup_argv (arguments);
      g_autofree char *after = law_dup_argv (alone);

      g_assert_cmpstr (after, ==, before);
    }
}

/* Any text: either it is an error within it, or what it is read as is stable. */
static void
command_text_check_text (const char *text)
{
  g_autoptr (GArray) tokens = drover_command_text_tokenise (text, NULL);
  g_autoptr (GPtrArray) arguments = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *program = NULL;
  gsize start = G_MAXSIZE;
  gsize end = G_MAXSIZE;

  if (!drover_command_text_parse (text, NULL, &program, &arguments, &start, &end, &error))
    {
      g_assert_nonnull (error);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_cmpuint (start, <=, end);
      g_assert_cmpuint (end, <=, strlen (text));
      return;
    }

  g_assert_no_error (error);
  law_check_tokens (text, tokens, arguments);
  command_text_check_arguments (program, arguments);
}
