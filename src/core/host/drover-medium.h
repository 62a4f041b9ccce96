/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * DroverMediumCheck:
 * @DROVER_MEDIUM_CHECK_NONE: its publisher tells nothing to check it by
 * @DROVER_MEDIUM_CHECK_CHECKSUM: its checksum is the one that its publisher lists
 * @DROVER_MEDIUM_CHECK_SIGNATURE: it, or the list that has its checksum, is signed with a key
 *   that Drover has
 *
 * By what a medium was found to be what it claims to be.
 */
typedef enum
{
  DROVER_MEDIUM_CHECK_NONE,
  DROVER_MEDIUM_CHECK_CHECKSUM,
  DROVER_MEDIUM_CHECK_SIGNATURE,
} DroverMediumCheck;

/**
 * DroverMediumState:
 * @DROVER_MEDIUM_STATE_OK: the file is there as it was recorded
 * @DROVER_MEDIUM_STATE_MISSING: the file is gone
 * @DROVER_MEDIUM_STATE_CHANGED: the file was written to since, or is another one
 */
typedef enum
{
  DROVER_MEDIUM_STATE_OK,
  DROVER_MEDIUM_STATE_MISSING,
  DROVER_MEDIUM_STATE_CHANGED,
} DroverMediumState;

/**
 * DroverMediumOrigin:
 * @title: (nullable): for people; the file's name when %NULL
 * @source: (nullable): the address that it came from, or the page
 * @request: (nullable): drover_download_request_dup_id() of what asked for it
 * @check: by what it was checked
 * @signed_by: (nullable): whose signature it was, for people, with the key's fingerprint
 *
 * What is on record of a medium besides its bytes. Nothing of it is owned.
 */
typedef struct
{
  const char *title;
  const char *source;
  const char *request;
  DroverMediumCheck check;
  const char *signed_by;
} DroverMediumOrigin;

#define DROVER_TYPE_MEDIUM (drover_medium_get_type ())
G_DECLARE_FINAL_TYPE (DroverMedium, drover_medium, DROVER, MEDIUM, GObject)

DroverMedium      *drover_medium_new            (const char               *path,
                                                 const char               *sha256,
                                                 const DroverMediumOrigin *origin,
                                                 GError                  **error);
DroverMedium      *drover_medium_from_json      (const char               *folder,
                                                 JsonNode                 *node,
                                                 GError                  **error);
JsonNode          *drover_medium_to_json        (DroverMedium             *self,
                                                 const char               *folder);
gboolean           drover_medium_improve        (DroverMedium             *self,
                                                 const DroverMediumOrigin *origin);
gboolean           drover_medium_note_verified  (DroverMedium             *self,
                                                 gboolean                  is_same,
                                                 GError                  **error);

const char        *drover_medium_get_path       (DroverMedium *self);
const char        *drover_medium_get_title      (DroverMedium *self);
guint64            drover_medium_get_size       (DroverMedium *self);
const char        *drover_medium_get_sha256     (DroverMedium *self);
const char        *drover_medium_get_source     (DroverMedium *self);
const char        *drover_medium_get_request    (DroverMedium *self);
const char        *drover_medium_get_signed_by  (DroverMedium *self);
DroverMediumCheck  drover_medium_get_check      (DroverMedium *self);
DroverMediumState  drover_medium_get_state      (DroverMedium *self);
const char        *drover_medium_get_added      (DroverMedium *self);
char              *drover_medium_dup_check_text (DroverMedium *self);

G_END_DECLS
