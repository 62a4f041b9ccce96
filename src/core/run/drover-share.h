/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-document.h"
#include "drover-machine.h"
#include "drover-service.h"

G_BEGIN_DECLS

/* Folders of the host that the guest sees. */

/**
 * DroverShareMethod:
 * @DROVER_SHARE_9P: QEMU itself reads the folder (`-fsdev`, virtio-9p)
 * @DROVER_SHARE_VIRTIOFS: virtiofsd reads it (`vhost-user-fs`), and has the guest's memory in common
 *   with QEMU
 *
 * How a folder is shared.
 */
typedef enum
{
  DROVER_SHARE_9P,
  DROVER_SHARE_VIRTIOFS,
} DroverShareMethod;

/**
 * DroverShare:
 * @id: the part's id
 * @method: how it is shared
 * @path: (nullable): the folder; %NULL when the arguments leave it to a virtiofsd of the user's own
 * @tag: (nullable): the name by which the guest asks for it
 * @read_only: whether the guest may only read
 * @socket: (nullable): where QEMU meets virtiofsd
 * @by_drover: whether Drover runs that virtiofsd
 * @enabled: whether QEMU gets the arguments
 *
 * One shared folder, as the machine has it.
 */
typedef struct
{
  char *id;
  DroverShareMethod method;
  char *path;
  char *tag;
  gboolean read_only;
  char *socket;
  gboolean by_drover;
  gboolean enabled;
} DroverShare;

/**
 * DroverShareMemory:
 * @DROVER_SHARE_MEMORY_PRIVATE: QEMU's alone
 * @DROVER_SHARE_MEMORY_SHARED: virtiofsd can reach it
 * @DROVER_SHARE_MEMORY_WRONG_SIZE: it could, but the object's size is not the machine's, so that
 *   QEMU refuses to start
 *
 * Whose the guest's memory is.
 */
typedef enum
{
  DROVER_SHARE_MEMORY_PRIVATE,
  DROVER_SHARE_MEMORY_SHARED,
  DROVER_SHARE_MEMORY_WRONG_SIZE,
} DroverShareMemory;

/**
 * DroverShareMount:
 * @DROVER_SHARE_MOUNT_LINUX: the command, in a Linux guest
 * @DROVER_SHARE_MOUNT_FSTAB: the line for its /etc/fstab
 * @DROVER_SHARE_MOUNT_WINDOWS: what to do in a Windows guest
 *
 * What is to be said to a guest.
 */
typedef enum
{
  DROVER_SHARE_MOUNT_LINUX,
  DROVER_SHARE_MOUNT_FSTAB,
  DROVER_SHARE_MOUNT_WINDOWS,
} DroverShareMount;

#define DROVER_SERVICE_VIRTIOFS "virtiofs"

GPtrArray        *drover_shares_list        (DroverDocument *document);
DroverDocument   *drover_share_add          (DroverDocument *document, DroverShareMethod method,
                                             const char *path, const char *tag,
                                             gboolean read_only, const char *security,
                                             char **id, GError **error);
DroverDocument   *drover_share_remove       (DroverDocument *document, const char *id,
                                             GError **error);
DroverDocument   *drover_share_set_sandbox  (DroverDocument *document, const char *id,
                                             const char *sandbox, GError **error);
void              drover_share_free         (DroverShare *self);
char             *drover_share_dup_mount    (const DroverShare *self, DroverShareMount what);
char             *drover_share_suggest_tag  (DroverDocument *document, const char *path);
const char       *drover_share_method_get_name (DroverShareMethod method);

DroverShareMemory drover_share_get_memory   (DroverDocument *document);
DroverDocument   *drover_share_with_memory  (DroverDocument *document, gboolean shared,
                                             GError **error);

char             *drover_virtiofs_find      (GError **error);
gboolean          drover_virtiofs_add_plans (DroverMachine *machine, DroverDocument *document,
                                             const char *log_dir, GPtrArray *plans,
                                             GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverShare, drover_share_free)

G_END_DECLS
