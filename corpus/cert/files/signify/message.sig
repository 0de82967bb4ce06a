untrusted comment: verify with sig.pub
RWTvahic1AWkgXgXt3cywzYbWk8qzRF1/e2OOP09+/rAkD+9QExygN59TXqSGvYdcfKl2IeGqH71dpc/x/MB4R6BNcN866YSfgQ=
