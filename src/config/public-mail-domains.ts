/** Brands with many top-level domains: the brand, then those that its mail service really has. */
const BRANDS: readonly (readonly [string, string])[] = [
  [
    'outlook',
    'com at be cl co.id co.il co.th com.ar com.au com.br com.gr com.pe com.tr com.vn cz de dk es ' +
      'fr hu ie in it jp kr lv my ph pt sa sg sk',
  ],
  [
    'hotmail',
    'com be ca ch cl co.id co.il co.in co.jp co.kr co.nz co.th co.uk co.za com.ar com.au com.br ' +
      'com.hk com.mx com.tr com.tw com.vn cz de dk es fi fr gr hu it jp lt lv my nl no ph rs se ' +
      'sg sk',
  ],
  [
    'live',
    'com at be ca ch cl cn co.in co.kr co.uk co.za com.ar com.au com.mx com.my com.ph com.pt ' +
      'com.sg de dk fi fr hk ie in it jp nl no ru se',
  ],
  ['msn', 'com cn nl'],
  [
    'yahoo',
    'com at be bg ca ch cl co.hu co.id co.il co.in co.jp co.kr co.nz co.th co.uk co.za com.ar ' +
      'com.au com.br com.cn com.co com.hk com.hr com.mx com.my com.pe com.ph com.sg com.tr ' +
      'com.tw com.ua com.ve com.vn cz de dk ee es fi fr gr hu ie in it lt lv nl no pl pt ro rs se ' +
      'si sk',
  ],
  ['ymail', 'com ne.jp'],
  [
    'aol',
    'com at be ca ch cl co.nz co.uk com.ar com.au com.br com.mx cz de dk es fi fr it jp nl pl se',
  ],
  ['gmx', 'com at biz ch co.uk de es eu fr info it li net org pt ru tm us'],
  [
    'yandex',
    'com az by co.il com.am com.ge com.tr com.ua ee eu fr kg kz lt lv md net ru tj tm ua uz',
  ],
  ['protonmail', 'com ch'],
  ['tutanota', 'com de'],
  ['freenet', 'de'],
  ['t-online', 'de'],
];

const SINGLE = `
  gmail.com googlemail.com
  icloud.com me.com mac.com
  rocketmail.com myyahoo.com aim.com love.com ygm.com games.com wow.com verizon.net
  windowslive.com passport.com
  proton.me pm.me tutamail.com tuta.com tuta.io tuta.me keemail.me hushmail.com hush.com hush.ai
  fastmail.com fastmail.fm fastmail.net mailbox.org posteo.de posteo.net posteo.org startmail.com
  hey.com skiff.com disroot.org riseup.net runbox.com countermail.com kolabnow.com mailfence.com
  zoho.com zohomail.com zohomail.eu zohomail.in mail.com email.com usa.com consultant.com post.com
  engineer.com europe.com myself.com iname.com inbox.com lycos.com excite.com hotbot.com
  web.de arcor.de online.de onlinehome.de mail.de email.de vodafone.de vodafonemail.de
  magenta.de kabelmail.de unitybox.de netcologne.de
  mail.ru bk.ru inbox.ru list.ru internet.ru xmail.ru ya.ru narod.ru rambler.ru lenta.ru
  autorambler.ru myrambler.ru ro.ru ukr.net i.ua meta.ua bigmir.net inbox.lv mail.ee tut.by
  qq.com foxmail.com vip.qq.com 163.com vip.163.com 126.com yeah.net 188.com sina.com sina.cn
  vip.sina.com sohu.com aliyun.com 139.com 189.cn wo.cn 21cn.com tom.com 263.net
  naver.com hanmail.net daum.net kakao.com nate.com
  docomo.ne.jp ezweb.ne.jp au.com softbank.ne.jp i.softbank.jp nifty.com biglobe.ne.jp ocn.ne.jp
  excite.co.jp goo.jp
  pchome.com.tw hinet.net seed.net.tw netvigator.com
  rediffmail.com indiatimes.com sify.com in.com
  orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr bbox.fr numericable.fr aliceadsl.fr
  club-internet.fr voila.fr cegetel.net
  libero.it virgilio.it tin.it alice.it tiscali.it tim.it inwind.it iol.it email.it fastwebnet.it
  poste.it teletu.it vodafone.it aruba.it
  bluewin.ch hispeed.ch sunrise.ch aon.at chello.at a1.net utanet.at telenet.be skynet.be
  proximus.be scarlet.be voo.be ziggo.nl kpnmail.nl planet.nl home.nl xs4all.nl hetnet.nl upcmail.nl
  telfort.nl casema.nl chello.nl tele2.nl
  btinternet.com sky.com talktalk.net virginmedia.com virgin.net blueyonder.co.uk ntlworld.com
  tiscali.co.uk btopenworld.com plusnet.com o2.co.uk eircom.net
  terra.es telefonica.net movistar.es ono.com sapo.pt clix.pt netcabo.pt mail.pt
  telia.com telia.se comhem.se bredband.net spray.se online.no start.no broadpark.no
  tdcadsl.dk mail.dk kolumbus.fi luukku.com saunalahti.fi elisanet.fi
  wp.pl o2.pl onet.pl onet.eu op.pl interia.pl interia.eu gazeta.pl tlen.pl poczta.fm
  seznam.cz email.cz centrum.cz atlas.cz volny.cz post.cz centrum.sk azet.sk zoznam.sk post.sk
  freemail.hu citromail.hu t-online.hu indamail.hu abv.bg mail.bg dir.bg otenet.gr mynet.com
  walla.co.il walla.com 012.net.il netvision.net.il bezeqint.net
  comcast.net xfinity.com att.net sbcglobal.net bellsouth.net ameritech.net pacbell.net swbell.net
  cox.net charter.net spectrum.net rr.com roadrunner.com twc.com earthlink.net mindspring.com
  netzero.net juno.com optonline.net optimum.net windstream.net frontier.com frontiernet.net
  centurylink.net embarqmail.com q.com suddenlink.net mchsi.com prodigy.net netscape.net cs.com
  compuserve.com
  rogers.com bell.net sympatico.ca shaw.ca telus.net videotron.ca cogeco.ca eastlink.ca
  bigpond.com bigpond.net.au optusnet.com.au iinet.net.au tpg.com.au internode.on.net
  dodo.com.au westnet.com.au xtra.co.nz slingshot.co.nz
  uol.com.br bol.com.br terra.com.br ig.com.br globo.com globomail.com r7.com oi.com.br zipmail.com.br
  prodigy.net.mx fibertel.com.ar arnet.com.ar speedy.com.ar ciudad.com.ar
  telkomsa.net mweb.co.za vodamail.co.za webmail.co.za
  mailinator.com guerrillamail.com guerrillamail.info sharklasers.com 10minutemail.com tempmail.com
  temp-mail.org yopmail.com throwawaymail.com getnada.com maildrop.cc trashmail.com dispostable.com
  duck.com privaterelay.appleid.com simplelogin.com anonaddy.com relay.firefox.com mozmail.com
`;

/** Domains at which anyone can get a mailbox; lower case. */
export const publicMailDomains: ReadonlySet<string> = new Set([
  ...BRANDS.flatMap(([brand, endings]) => words(endings).map((ending) => `${brand}.${ending}`)),
  ...words(SINGLE),
]);

/** True for `gmail.com`, for example. `domain` is lower case, without a trailing dot. */
export function isPublicMailDomain(domain: string): boolean {
  return publicMailDomains.has(domain);
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
